package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.runtime.InPlaceState;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.FamilyOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The layers of a decoder as sessions that run one after the other. The runtime repacks the weights of a session in one thread; those
 * of several sessions are repacked side by side. Thread-safe; whoever opens it closes it.
 */
final class DecoderParts implements AutoCloseable {
    /** Weights that are worth a part of their own; a small model is opened at once anyway, and runs a little faster whole. */
    private static final long PART_WEIGHTS = 256L << 20;

    private static final int MOST = 4;

    private final List<OnnxSession> parts;

    private DecoderParts(List<OnnxSession> parts) {
        this.parts = parts;
    }

    /** Makes the session of some layers ready to be opened; called in order, by one thread. */
    @FunctionalInterface
    interface Builder {
        Supplier<OnnxSession> build(int first, int end);
    }

    /** How many parts a model is opened in. */
    static int count(DecoderConfig config, FamilyOptions options) {
        long wanted = Math.min(Math.min(MOST, config.layers()), config.layers() * layerWeights(config) / PART_WEIGHTS);
        return options.session().threads() == 1 ? 1 : (int) Math.max(1, wanted);
    }

    /** Weights of one layer, about: those of its MLP. */
    private static long layerWeights(DecoderConfig config) {
        return 3L * config.hiddenSize() * config.intermediateSize();
    }

    /**
     * The layers behind the last one of each part. The last part has the projection to the vocabulary too, which weighs as much as some layers, and
     * so has fewer of them.
     */
    static List<Integer> ends(DecoderConfig config, int count) {
        double head = (double) config.vocabulary() * config.hiddenSize() / layerWeights(config);
        double share = (config.layers() + head) / count;
        List<Integer> ends = new ArrayList<>();
        for (int part = 1; part < count; part++) {
            int least = ends.isEmpty() ? 1 : ends.get(ends.size() - 1) + 1;
            int most = config.layers() - (count - part);
            ends.add(Math.max(least, Math.min(most, (int) Math.round(part * share))));
        }
        ends.add(config.layers());
        return ends;
    }

    /**
     * Opens layers in parts, each up to one of {@code ends}.
     *
     * @throws dev.embedonce.error.ModelLoadException if one cannot be opened; none stays open then
     */
    static DecoderParts open(List<Integer> ends, Builder builder) {
        int count = ends.size();
        List<CompletableFuture<OnnxSession>> opening = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            for (int part = 0; part < count; part++) {
                Supplier<OnnxSession> opener = builder.build(part == 0 ? 0 : ends.get(part - 1), ends.get(part));
                opening.add(CompletableFuture.supplyAsync(opener, threads));
            }
            return new DecoderParts(
                    opening.stream().map(CompletableFuture::join).toList());
        } catch (RuntimeException e) {
            opening.forEach(DecoderParts::closeOnceOpen);
            throw e instanceof CompletionException && e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            threads.shutdown();
        }
    }

    private static void closeOnceOpen(CompletableFuture<OnnxSession> opening) {
        try {
            opening.join().close();
        } catch (CompletionException e) {
            // it is not open, and why is being told already
        }
    }

    /**
     * Runs all layers.
     *
     * @param feeds the inputs of all parts
     * @param states of all layers
     * @return the logits
     */
    Tensor run(Map<String, Tensor> feeds, List<InPlaceState> states) {
        Map<String, Tensor> all = new HashMap<>(feeds);
        for (OnnxSession part : parts.subList(0, parts.size() - 1)) {
            all.put(DecoderGraph.EMBEDDINGS, run(part, all, states, DecoderGraph.HIDDEN));
        }
        return run(parts.get(parts.size() - 1), all, states, DecoderGraph.LOGITS);
    }

    private static Tensor run(OnnxSession part, Map<String, Tensor> all, List<InPlaceState> states, String wanted) {
        Map<String, Tensor> feeds = new HashMap<>(all);
        feeds.keySet().retainAll(part.inputs().keySet());
        List<InPlaceState> own = states.stream()
                .filter(state -> part.inputs().containsKey(state.input()))
                .toList();
        return part.run(feeds, own, Set.of(wanted)).values().iterator().next();
    }

    @Override
    public void close() {
        parts.forEach(OnnxSession::close);
    }
}
