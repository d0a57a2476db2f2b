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
        long layer = 3L * config.hiddenSize() * config.intermediateSize();
        long wanted = Math.min(Math.min(MOST, config.layers()), config.layers() * layer / PART_WEIGHTS);
        return options.session().threads() == 1 ? 1 : (int) Math.max(1, wanted);
    }

    /**
     * Opens layers in parts of about the same size.
     *
     * @throws dev.embedonce.error.ModelLoadException if one cannot be opened; none stays open then
     */
    static DecoderParts open(int layers, int count, Builder builder) {
        List<CompletableFuture<OnnxSession>> opening = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            for (int part = 0; part < count; part++) {
                Supplier<OnnxSession> opener = builder.build(part * layers / count, (part + 1) * layers / count);
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
