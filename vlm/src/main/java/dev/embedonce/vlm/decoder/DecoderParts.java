package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.runtime.InPlaceState;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The layers of a decoder as sessions that run one after the other. The runtime repacks the weights of a session in one
 * thread; those of several sessions are repacked side by side. Thread-safe; whoever opens it closes it.
 */
final class DecoderParts implements AutoCloseable {
    /**
     * Weights that are worth a part of their own; a small model is opened at once anyway, and runs a little faster
     * whole.
     */
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
    static int count(TextModel model, FamilyOptions options) {
        long wanted = Math.min(Math.min(MOST, model.layers().size()), weights(model) / PART_WEIGHTS);
        return options.session().threads() == 1 ? 1 : (int) Math.max(1, wanted);
    }

    private static long weights(TextModel model) {
        return model.layers().stream().mapToLong(DecoderLayer::weights).sum();
    }

    /**
     * The exclusive end of each part's layers, chosen so that all parts weigh about the same. The last part has the LM
     * head too, which weighs as much as some layers, and so has fewer of them.
     */
    static List<Integer> ends(TextModel model, int count) {
        int layers = model.layers().size();
        double head = (double) model.vocabulary() * model.hiddenSize();
        double share = (weights(model) + head) / count;
        List<Integer> ends = new ArrayList<>();
        double before = 0;
        int layer = 0;
        for (int part = 1; part < count; part++) {
            int least = layer + 1;
            int most = layers - (count - part);
            while (layer < least
                    || (layer < most && before + model.layers().get(layer).weights() / 2.0 < part * share)) {
                before += model.layers().get(layer++).weights();
            }
            ends.add(layer);
        }
        ends.add(layers);
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
     * What a run gives.
     *
     * @param logits float32 {@code [logits, vocabulary]}
     * @param recurrent what recurrent states have become, by their names
     */
    record Result(Tensor logits, Map<String, Tensor> recurrent) {}

    /**
     * Runs all layers.
     *
     * @param feeds the inputs of all parts
     * @param inPlace the states of all layers that are written in place
     */
    Result run(Map<String, Tensor> feeds, List<InPlaceState> inPlace) {
        Map<String, Tensor> all = new HashMap<>(feeds);
        Map<String, Tensor> recurrent = new HashMap<>();
        for (OnnxSession part : parts) {
            run(part, all, inPlace).forEach((output, tensor) -> {
                if (output.equals(TextGraph.HIDDEN)) {
                    all.put(TextGraph.EMBEDDINGS, tensor);
                } else if (output.startsWith(LayerGraph.HANDED)) {
                    all.put(output.substring(LayerGraph.HANDED.length()), tensor);
                } else if (output.startsWith(LayerState.UPDATED)) {
                    recurrent.put(output.substring(LayerState.UPDATED.length()), tensor);
                } else {
                    all.put(output, tensor);
                }
            });
        }
        return new Result(Objects.requireNonNull(all.get(TextGraph.LOGITS), "the last part gives logits"), recurrent);
    }

    private static Map<String, Tensor> run(OnnxSession part, Map<String, Tensor> all, List<InPlaceState> inPlace) {
        Map<String, Tensor> feeds = new HashMap<>(all);
        feeds.keySet().retainAll(part.inputs().keySet());
        Set<String> wanted = new LinkedHashSet<>(part.outputs().keySet());
        List<InPlaceState> own = new ArrayList<>();
        for (InPlaceState state : inPlace) {
            if (wanted.remove(state.output())) {
                own.add(state);
            } else if (part.inputs().containsKey(state.input())) {
                feeds.put(state.input(), Tensor.view(state.dtype(), state.shape(), state.memory()));
            }
        }
        own.forEach(state -> feeds.remove(state.input()));
        return part.run(feeds, own, wanted);
    }

    @Override
    public void close() {
        parts.forEach(OnnxSession::close);
    }
}
