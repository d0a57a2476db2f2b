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

/** A {@link LanguageModel} of the Llama kind, run by ONNX Runtime. */
public final class TextDecoder implements LanguageModel {
    private final OnnxSession session;
    private final DecoderConfig config;
    private final EmbeddingTable embeddings;

    private TextDecoder(OnnxSession session, DecoderConfig config, EmbeddingTable embeddings) {
        this.session = session;
        this.config = config;
        this.embeddings = embeddings;
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
        Parameters parameters = Parameters.resolve(files.weights(), layouts, "embed_tokens.weight", "norm.weight");
        Scope root = Scope.root(new GraphBuilder(), parameters, NumericMode.FLOAT32, options.linearWeights());
        DecoderGraph.build(root, config, options.languageMode());
        EmbeddingTable table = new EmbeddingTable(
                root.at("embed_tokens").tensor("weight", config.vocabulary(), config.hiddenSize()),
                config.style().embeddingScale());
        OnnxGraph graph = root.ops().graph().build();
        OnnxSession session = OnnxSession.open(
                files.directory() + " (language model)",
                graph.modelProto(),
                graph.externalFolder().orElse(null),
                options.session(options.languageMode()));
        return new TextDecoder(session, config, table);
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
    public SequenceBatch newBatch() {
        return new TextSequences(session, config, embeddings);
    }

    @Override
    public void close() {
        session.close();
    }
}
