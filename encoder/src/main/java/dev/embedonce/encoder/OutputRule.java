package dev.embedonce.encoder;

import dev.embedonce.encoder.VectorOutput.Reduction;
import dev.embedonce.encoder.arch.Pooling;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.TensorSpec;
import dev.embedonce.value.DType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Chooses which output of a ready ONNX graph is the picture's vector: the one that was asked for by name or pooling;
 * else hidden states pooled as the model's folder says; else the first of the usual names that is there; else the only
 * one. Whatever is not clear by that is refused with the list of outputs: a guess would be a silent change of vectors.
 */
final class OutputRule {
    private static final List<String> VECTORS =
            List.of("image_embeds", "sentence_embedding", "pooler_output", "embedding", "embeddings");
    private static final List<String> HIDDEN_STATES = List.of("last_hidden_state", "token_embeddings");

    private final String model;
    private final Collection<TensorSpec> outputs;
    private final Optional<String> name;
    private final Optional<Pooling> pooling;
    private final SentenceTransformersConfig config;

    private OutputRule(
            String model, Collection<TensorSpec> outputs, EncoderOptions options, SentenceTransformersConfig config) {
        this.model = model;
        this.outputs = outputs;
        this.name = options.output();
        this.pooling = options.pooling();
        this.config = config;
    }

    /**
     * The choice.
     *
     * @param model names the model in errors
     * @throws ModelLoadException if the choice is not clear, or the output cannot be read
     */
    static VectorOutput choose(
            String model, OnnxSession session, EncoderOptions options, SentenceTransformersConfig config) {
        OutputRule rule = new OutputRule(model, session.outputs().values(), options, config);
        TensorSpec output = rule.output();
        return new VectorOutput(output.name(), rule.reduction(output), options.normalize() || config.normalize());
    }

    private TensorSpec output() {
        TensorSpec output =
                name.isPresent() ? byName(name.get()) : pooling.isPresent() ? byPooling(pooling.get()) : byRule();
        if (output.dtype().filter(DType.FLOAT32::equals).isEmpty()) {
            throw new ModelLoadException(
                    model + ": output " + output + " is not float32; only float32 outputs can be read");
        }
        return output;
    }

    private TensorSpec byName(String wanted) {
        return find(wanted).orElseThrow(() -> refused("has no output '" + wanted + "'"));
    }

    private TensorSpec byPooling(Pooling wanted) {
        return switch (wanted) {
            case POOLER -> byName("pooler_output");
            case PROJECTION -> byName("image_embeds");
            case CLS, MEAN ->
                hiddenStates().orElseThrow(() -> refused("has no hidden states to take the " + wanted.id() + " of"));
        };
    }

    private TensorSpec byRule() {
        Optional<TensorSpec> hidden = hiddenStates();
        if (config.pooling().isPresent()
                && hidden.isPresent()
                && find("sentence_embedding").isEmpty()) {
            return hidden.get();
        }
        Optional<TensorSpec> usual =
                VECTORS.stream().flatMap(n -> find(n).stream()).findFirst();
        if (usual.isPresent()) {
            return usual.get();
        }
        TensorSpec only = outputs.iterator().next();
        if (outputs.size() == 1 && only.rank() == 2 && !only.name().contains("logits")) {
            return only;
        }
        throw refused(
                hidden.isPresent()
                        ? "gives a vector a token; choose the pooling cls or mean"
                        : "does not say which output is the picture's vector; choose one by name");
    }

    private Optional<TensorSpec> hiddenStates() {
        Optional<TensorSpec> usual =
                HIDDEN_STATES.stream().flatMap(n -> find(n).stream()).findFirst();
        List<TensorSpec> deep = outputs.stream().filter(o -> o.rank() == 3).toList();
        return usual.isPresent() || deep.size() != 1 ? usual : Optional.of(deep.get(0));
    }

    private Reduction reduction(TensorSpec output) {
        if (isVector(output)) {
            if (pooling.filter(p -> p == Pooling.CLS || p == Pooling.MEAN).isPresent()) {
                throw refused("output " + output.name() + " is one vector a picture and cannot be pooled");
            }
            return Reduction.NONE;
        }
        if (output.rank() == 3 || output.rank() == 4) {
            Optional<Reduction> chosen = pooling.flatMap(OutputRule::reduction)
                    .or(config::pooling)
                    .filter(r -> output.rank() == 3 || r == Reduction.MEAN);
            return chosen.orElseThrow(() -> refused("output " + output.name() + " must be pooled; choose "
                    + (output.rank() == 3 ? "the pooling cls or mean" : "the pooling mean")));
        }
        throw refused("output " + output.name() + " is no vector a picture");
    }

    /** {@code [batch, dimension]}, or with sizes of 1 after it or between, as some poolers give it. */
    private static boolean isVector(TensorSpec output) {
        return output.rank() == 2
                || (output.rank() > 2
                        && output.dims().subList(1, output.rank()).stream()
                                        .filter(d -> d != 1)
                                        .count()
                                == 1);
    }

    private static Optional<Reduction> reduction(Pooling pooling) {
        return switch (pooling) {
            case CLS -> Optional.of(Reduction.FIRST_TOKEN);
            case MEAN -> Optional.of(Reduction.MEAN);
            case POOLER, PROJECTION -> Optional.empty();
        };
    }

    private Optional<TensorSpec> find(String wanted) {
        return outputs.stream().filter(o -> o.name().equals(wanted)).findFirst();
    }

    private ModelLoadException refused(String reason) {
        return new ModelLoadException(model + ": " + reason + "; its outputs are "
                + outputs.stream().map(TensorSpec::toString).collect(Collectors.joining(", ")));
    }
}
