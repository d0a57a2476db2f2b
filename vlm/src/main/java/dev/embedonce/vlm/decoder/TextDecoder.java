package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;

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
     * Builds the graph and opens it.
     *
     * @param name names the model in errors
     * @param root over a fresh graph and the model's weights, under the names that {@code LlamaModel} gives them
     * @param mode of the linear layers
     * @throws dev.embedonce.error.ModelLoadException if a weight is missing or has another shape than the config says
     */
    public static TextDecoder open(
            String name, Scope root, DecoderConfig config, NumericMode mode, SessionOptions options) {
        DecoderGraph.build(root, config, mode);
        EmbeddingTable table =
                new EmbeddingTable(root.at("embed_tokens").tensor("weight", config.vocabulary(), config.hiddenSize()));
        OnnxGraph graph = root.ops().graph().build();
        OnnxSession session = OnnxSession.open(
                name, graph.modelProto(), graph.externalFolder().orElse(null), options);
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
