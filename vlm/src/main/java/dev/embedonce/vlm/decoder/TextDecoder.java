package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyOptions;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A {@link LanguageModel} of the Llama kind, run by ONNX Runtime. */
public final class TextDecoder implements LanguageModel {
    private final DecoderParts parts;
    private final DecoderConfig config;
    private final EmbeddingTable embeddings;
    /** Makes keys and values of the states of pictures; null if no layer looks at such. */
    private final @Nullable OnnxSession states;

    private TextDecoder(
            DecoderParts parts, DecoderConfig config, EmbeddingTable embeddings, @Nullable OnnxSession states) {
        this.parts = parts;
        this.config = config;
        this.embeddings = embeddings;
        this.states = states;
    }

    /**
     * Builds the graph over a model's weights and opens it.
     *
     * @param layouts the ways in which checkpoints name the tensors that {@code LlamaModel} calls {@code layers.0...}, and {@code
     *     lm_head.weight}
     * @throws dev.embedonce.error.ModelLoadException if a weight is missing or has another shape than the config says
     */
    public static TextDecoder open(
            FamilyFiles files, FamilyOptions options, List<NameLayout> layouts, DecoderConfig config) {
        return open(files, options, layouts, config, DecoderParts.count(config, options));
    }

    static TextDecoder open(
            FamilyFiles files, FamilyOptions options, List<NameLayout> layouts, DecoderConfig config, int count) {
        Parameters parameters = Parameters.resolve(files.weights(), layouts, "embed_tokens.weight", "norm.weight");
        EmbeddingTable table = new EmbeddingTable(
                scope(parameters, options)
                        .at("embed_tokens")
                        .tensor("weight", config.vocabulary() + config.style().extraTokens(), config.hiddenSize()),
                config.style().embeddingScale());
        DecoderParts parts = DecoderParts.open(DecoderParts.ends(config, count), (first, end) -> {
            Scope root = scope(parameters, options);
            DecoderGraph.build(root, config, options.languageMode(), first, end);
            return opener(files, options, root, "language model");
        });
        if (config.style().cross().isEmpty()) {
            return new TextDecoder(parts, config, table, null);
        }
        try {
            Scope looking = scope(parameters, options);
            CrossAttention.buildStates(looking, config, options.languageMode());
            OnnxSession states =
                    opener(files, options, looking, "states of pictures").get();
            return new TextDecoder(parts, config, table, states);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private static Scope scope(Parameters parameters, FamilyOptions options) {
        return Scope.root(new GraphBuilder(), parameters, NumericMode.FLOAT32, options.linearWeights());
    }

    private static Supplier<OnnxSession> opener(FamilyFiles files, FamilyOptions options, Scope root, String part) {
        OnnxGraph graph = root.ops().graph().build();
        return () -> OnnxSession.open(
                files.directory() + " (" + part + ")",
                graph.modelProto(),
                graph.externalFolder().orElse(null),
                options.session(options.languageMode()));
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    @Override
    public int contextTokens() {
        return config.contextTokens();
    }

    @Override
    public boolean decodesTogether() {
        return states == null;
    }

    @Override
    public SequenceBatch newBatch() {
        return new TextSequences(parts, config, embeddings, states);
    }

    @Override
    public void close() {
        parts.close();
        if (states != null) {
            states.close();
        }
    }
}
