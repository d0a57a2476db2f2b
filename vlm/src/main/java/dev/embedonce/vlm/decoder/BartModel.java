package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;

/**
 * A {@link LanguageModel} of the BART kind: a prompt is prefilled in one chunk, and the sequences of a batch decode one
 * after another.
 */
public final class BartModel implements LanguageModel {
    private final OnnxSession encoder;
    private final OnnxSession decoder;
    private final BartConfig config;
    private final EmbeddingTable embeddings;

    private BartModel(OnnxSession encoder, OnnxSession decoder, BartConfig config, EmbeddingTable embeddings) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.config = config;
        this.embeddings = embeddings;
    }

    /**
     * Builds the graphs over a model's weights and opens them.
     *
     * @param layouts the ways in which checkpoints name the tensors of {@code BartModel}, and {@code final_logits_bias}
     * @throws dev.embedonce.error.ModelLoadException if a weight is missing or has another shape than the config says
     */
    public static BartModel open(
            FamilyFiles files, FamilyOptions options, List<NameLayout> layouts, BartConfig config) {
        Parameters parameters =
                Parameters.resolve(files.weights(), layouts, "shared.weight", "encoder.layernorm_embedding.weight");
        Scope reading = scope(parameters, options);
        BartGraph.buildEncoder(reading, config, options.languageMode());
        Scope writing = scope(parameters, options);
        BartGraph.buildDecoder(writing, config, options.languageMode());
        EmbeddingTable table = new EmbeddingTable(
                writing.at("shared").tensor("weight", config.vocabulary(), config.hiddenSize()),
                config.embeddingScale());
        OnnxSession encoder = session(files, options, reading, "encoder");
        try {
            return new BartModel(encoder, session(files, options, writing, "decoder"), config, table);
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    private static Scope scope(Parameters parameters, FamilyOptions options) {
        return Scope.root(new GraphBuilder(), parameters, NumericMode.FLOAT32, options.linearWeights());
    }

    private static OnnxSession session(FamilyFiles files, FamilyOptions options, Scope root, String part) {
        OnnxGraph graph = root.ops().graph().build();
        return OnnxSession.open(files.directory() + " (" + part + ")", graph, options.session(options.languageMode()));
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    /** The positions of either side; an answer would have as many again, which the caller cannot be told. */
    @Override
    public int contextTokens() {
        return config.positions();
    }

    @Override
    public boolean decodesTogether() {
        return false;
    }

    @Override
    public SequenceBatch newBatch() {
        return new BartSequences(encoder, decoder, config, embeddings);
    }

    @Override
    public void close() {
        try (encoder) {
            decoder.close();
        }
    }
}
