package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TokenTable;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A {@link LanguageModel} made of a {@link TextModel}'s layers, run by ONNX Runtime. */
public final class TextDecoder implements LanguageModel {
    private final DecoderParts parts;
    private final TextModel model;
    private final EmbeddingTable embeddings;
    private final Map<TokenTable, EmbeddingTable> tables;
    /** Makes keys and values of cross-attention states; null if no layer attends to such. */
    private final @Nullable OnnxSession states;

    private TextDecoder(
            DecoderParts parts,
            TextModel model,
            EmbeddingTable embeddings,
            Map<TokenTable, EmbeddingTable> tables,
            @Nullable OnnxSession states) {
        this.parts = parts;
        this.model = model;
        this.embeddings = embeddings;
        this.tables = tables;
        this.states = states;
    }

    /**
     * Builds the graph over a model's weights and opens it.
     *
     * @param layouts the ways in which checkpoints name the tensors that {@code LlamaModel} calls {@code layers.0...},
     *     and {@code lm_head.weight}
     * @throws dev.embedonce.error.ModelLoadException if a weight is missing or has another shape than the model says
     */
    public static TextDecoder open(
            FamilyFiles files, FamilyOptions options, List<NameLayout> layouts, TextModel model) {
        return open(files, options, layouts, model, DecoderParts.count(model, options));
    }

    static TextDecoder open(
            FamilyFiles files, FamilyOptions options, List<NameLayout> layouts, TextModel model, int count) {
        Parameters parameters = Parameters.resolve(files.weights(), layouts, "embed_tokens.weight", "norm.weight");
        EmbeddingTable table = new EmbeddingTable(
                scope(parameters, options)
                        .at("embed_tokens")
                        .tensor(
                                "weight",
                                (long) model.vocabulary() + model.embedding().extraTokens(),
                                model.hiddenSize()),
                model.embedding().scale());
        Map<TokenTable, EmbeddingTable> tables = new LinkedHashMap<>();
        for (TokenTable vectors : model.tables()) {
            Scope module = scope(parameters, options).at(vectors.module());
            tables.put(
                    vectors,
                    new EmbeddingTable(module.tensor("weight", vectors.ids(), vectors.width()), vectors.scale()));
        }
        DecoderParts parts = DecoderParts.open(DecoderParts.ends(model, count), (first, end) -> {
            Scope root = scope(parameters, options);
            TextGraph.build(root, model, options.languageMode(), first, end);
            return opener(files, options, root, "language model");
        });
        if (model.crossAttention().isEmpty()) {
            return new TextDecoder(parts, model, table, tables, null);
        }
        try {
            Scope crossAttention = scope(parameters, options);
            TextGraph.buildStates(crossAttention, model, options.languageMode());
            OnnxSession states = opener(files, options, crossAttention, "cross-attention states")
                    .get();
            return new TextDecoder(parts, model, table, tables, states);
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
        return () ->
                OnnxSession.open(files.directory() + " (" + part + ")", graph, options.session(options.languageMode()));
    }

    @Override
    public int vocabulary() {
        return model.vocabulary();
    }

    @Override
    public int contextTokens() {
        return model.contextTokens();
    }

    @Override
    public boolean decodesTogether() {
        return states == null;
    }

    @Override
    public SequenceBatch newBatch() {
        return new TextSequences(parts, model, embeddings, tables, states);
    }

    @Override
    public void close() {
        parts.close();
        if (states != null) {
            states.close();
        }
    }
}
