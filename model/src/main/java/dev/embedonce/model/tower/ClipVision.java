package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.PositionTable;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.model.ModelConfig;
import java.util.List;

/**
 * CLIP's vision tower. Language models read hidden states of pictures of the trained size, encoders the last one of
 * pictures of any size, whose positions are resampled bicubically ({@code interpolate_pos_encoding=True}). A class
 * token stands before the patches.
 *
 * @param imageSize pixels a side of the square pictures it was trained on
 * @param patchSize pixels a side of a patch
 */
// Source: transformers 5.23, models/clip/modeling_clip.py, CLIPVisionTransformer
public record ClipVision(TransformerSizes sizes, int imageSize, int patchSize) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private static final ClipVision DEFAULTS =
            new ClipVision(new TransformerSizes(768, 12, 12, 3072, Activation.QUICK_GELU, 1e-5), 224, 32);

    /** Reads a {@code vision_config}. */
    public static ClipVision read(ModelConfig config) {
        return read(config, DEFAULTS);
    }

    /** Reads a {@code vision_config} of a model that has its own defaults. */
    public static ClipVision read(ModelConfig config, ClipVision missing) {
        config.requireOnly("num_channels", 3);
        return new ClipVision(
                TransformerSizes.read(config, missing.sizes),
                config.side("image_size", missing.imageSize),
                config.side("patch_size", missing.patchSize));
    }

    /** Channels of the hidden states. */
    public int channels() {
        return sizes.channels();
    }

    public int layers() {
        return sizes.layers();
    }

    /** Patches of a picture of the trained size. */
    public int patches() {
        return side() * side();
    }

    /** Patches a side of a picture of the trained size. */
    public int side() {
        return imageSize / patchSize;
    }

    /**
     * Adds the tower for pictures of the trained size.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels float32 {@code [batch, 3, imageSize, imageSize]}
     * @param states which hidden states, 0 for what goes into the first layer
     * @return each float32 {@code [batch, 1 + patches, channels]}, without the final norm
     */
    public List<Value> hiddenStates(TowerGraph graph, String path, Value pixels, List<Integer> states) {
        Value embedded = embed(graph.root().at(path + ".embeddings"), pixels);
        TokenShape tokens = TokenShape.of(graph.ops(), embedded);
        int last = states.stream().mapToInt(Integer::intValue).max().orElseThrow();
        List<Value> all = layers(graph, path).states(normed(graph, path, embedded, tokens), tokens, last);
        return states.stream().map(state -> tokens.batched(all.get(state))).toList();
    }

    /**
     * Adds the tower for pictures of any size.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels float32 {@code [batch, 3, height, width]}
     * @return the last hidden state without the final norm, float32 {@code [batch, 1 + patches, channels]}
     */
    public Value lastState(TowerGraph graph, String path, Value pixels) {
        Value embedded = embedResampled(graph.root().at(path + ".embeddings"), pixels);
        TokenShape tokens = TokenShape.of(graph.ops(), embedded);
        return tokens.batched(layers(graph, path).apply(normed(graph, path, embedded, tokens), tokens));
    }

    /**
     * Adds the tower for pictures of any size, of which only the class token is used.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels float32 {@code [batch, 3, height, width]}
     * @return the class token's last hidden state without the final norm, float32 {@code [batch, channels]}
     */
    public Value classToken(TowerGraph graph, String path, Value pixels) {
        Value embedded = embedResampled(graph.root().at(path + ".embeddings"), pixels);
        TokenShape tokens = TokenShape.of(graph.ops(), embedded);
        return layers(graph, path).applyToFirst(normed(graph, path, embedded, tokens), tokens);
    }

    /** The final norm: of the class token, the {@code pooler_output}. */
    public Value postNorm(TowerGraph graph, String path, Value x) {
        graph.ops().graph().uses("clip-vision", REVISION);
        return Norm.layer(graph.root().at(path + ".post_layernorm"), x, sizes.channels(), sizes.epsilon());
    }

    private Value normed(TowerGraph graph, String path, Value embedded, TokenShape tokens) {
        Scope scope = graph.root().at(path + ".pre_layrnorm");
        return Norm.layer(scope, tokens.flat(embedded, sizes.channels()), sizes.channels(), sizes.epsilon());
    }

    private ClipLayers layers(TowerGraph graph, String path) {
        graph.ops().graph().uses("clip-vision", REVISION);
        return new ClipLayers(graph, path + ".encoder.layers", sizes);
    }

    private Value embed(Scope scope, Value pixels) {
        Ops ops = scope.ops();
        PatchGrid grid = grid(scope, pixels);
        Value tokens = PatchGrid.prepend(ops, classEmbedding(scope), 1, sizes.channels(), grid.tokens());
        return ops.add(tokens, scope.weight("position_embedding.weight", patches() + 1L, sizes.channels()));
    }

    private Value embedResampled(Scope scope, Value pixels) {
        Ops ops = scope.ops();
        int channels = sizes.channels();
        PatchGrid grid = grid(scope, pixels);
        TensorInfo positions = scope.tensor("position_embedding.weight", 1L + patches(), channels);
        Value table = scope.viewFrom(positions, channels, patches(), channels);
        Value patches = ops.add(grid.tokens(), PositionTable.BICUBIC.resize(ops, table, side(), channels, grid.size()));
        Value first = ops.add(classEmbedding(scope), scope.viewFrom(positions, 0, 1, 1, channels));
        return PatchGrid.prepend(ops, first, 1, channels, patches);
    }

    private PatchGrid grid(Scope scope, Value pixels) {
        return PatchGrid.embed(scope, pixels, "patch_embedding.weight", null, 3, sizes.channels(), patchSize);
    }

    private Value classEmbedding(Scope scope) {
        return scope.view(scope.tensor("class_embedding", sizes.channels()), 1, 1, sizes.channels());
    }
}
