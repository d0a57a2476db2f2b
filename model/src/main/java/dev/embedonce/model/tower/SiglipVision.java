package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PartlyShown;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.PositionTable;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import java.util.List;

/**
 * SigLIP's vision tower: all tokens after the final norm, without the pooling head. Also that of SigLIP 2 for pictures
 * of one size.
 *
 * @param imageSize pixels a side of the square pictures it was trained on
 * @param patchSize pixels a side of a patch
 */
// Source: transformers 5.23, models/siglip/modeling_siglip.py, SiglipVisionTransformer
public record SiglipVision(TransformerSizes sizes, int imageSize, int patchSize) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    static final SiglipVision DEFAULTS =
            new SiglipVision(new TransformerSizes(768, 12, 12, 3072, Activation.GELU_TANH, 1e-6), 224, 16);

    /** Reads a {@code vision_config}. */
    public static SiglipVision read(ModelConfig config) {
        return read(config, DEFAULTS);
    }

    /** Reads a {@code vision_config} of a model that has its own defaults. */
    public static SiglipVision read(ModelConfig config, SiglipVision missing) {
        config.requireOnly("num_channels", 3);
        return new SiglipVision(
                TransformerSizes.read(config, missing.sizes),
                config.side("image_size", missing.imageSize),
                config.side("patch_size", missing.patchSize));
    }

    /** Channels of the hidden states. */
    public int channels() {
        return sizes.channels();
    }

    /** Of the LayerNorms. */
    public double epsilon() {
        return sizes.epsilon();
    }

    /** Patches a side of a picture of the trained size. */
    public int side() {
        return imageSize / patchSize;
    }

    /**
     * Adds the tower for pictures of the trained size.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels float32 {@code [pictures, 3, imageSize, imageSize]}
     * @return float32 {@code [pictures, side * side, channels]}
     */
    public Value apply(TowerGraph graph, String path, Value pixels) {
        return apply(graph, path, pixels, positions(graph, path));
    }

    /** The learned positions, row by row: float32 {@code [side * side, channels]}. */
    public Value positions(TowerGraph graph, String path) {
        graph.ops().graph().uses("siglip-vision", REVISION);
        return graph.root()
                .at(path + ".embeddings")
                .weight("position_embedding.weight", (long) side() * side(), channels());
    }

    /**
     * Adds the tower for pictures of another size, with positions chosen for them.
     *
     * @param pixels float32 {@code [pictures, 3, height, width]}
     * @param positions float32 {@code [patches, channels]}
     * @return float32 {@code [pictures, patches, channels]}
     */
    public Value apply(TowerGraph graph, String path, Value pixels, Value positions) {
        PatchGrid grid = grid(graph, path, pixels);
        return layers(graph, path, sizes, graph.ops().add(grid.tokens(), positions));
    }

    /**
     * Adds the tower for pictures of any size, with positions resampled bicubically ({@code
     * interpolate_pos_encoding=True}).
     *
     * @param pixels float32 {@code [pictures, 3, height, width]}
     * @return float32 {@code [pictures, patches, channels]}
     */
    public Value applyResampled(TowerGraph graph, String path, Value pixels) {
        PatchGrid grid = grid(graph, path, pixels);
        Value table = positions(graph, path);
        Value positions = PositionTable.BICUBIC.resize(graph.ops(), table, side(), channels(), grid.size());
        return layers(graph, path, sizes, graph.ops().add(grid.tokens(), positions));
    }

    /**
     * Adds the tower as far as the hidden states asked for, which are those before the final norm.
     *
     * @param pixels float32 {@code [pictures, 3, imageSize, imageSize]}
     * @param states which: 0 is the embedding, n what the nth layer makes
     * @return float32 {@code [pictures, side * side, channels]} each
     */
    public List<Value> hiddenStates(TowerGraph graph, String path, Value pixels, List<Integer> states) {
        graph.ops().graph().uses("siglip-vision", REVISION);
        Value embedded = graph.ops().add(grid(graph, path, pixels).tokens(), positions(graph, path));
        TokenShape tokens = TokenShape.of(graph.ops(), embedded);
        int last = states.stream().mapToInt(Integer::intValue).max().orElseThrow();
        List<Value> all = new ClipLayers(graph, path + ".encoder.layers", sizes)
                .states(tokens.flat(embedded, channels()), tokens, last);
        return states.stream().map(state -> tokens.batched(all.get(state))).toList();
    }

    /**
     * Adds the tower as far as a hidden state, for pictures of which the last ones hide some patches: none attends to
     * those.
     *
     * @param pixels float32 {@code [pictures, 3, imageSize, imageSize]}
     * @param places int64 {@code [pictures, side * side]}: the learned position of each patch
     * @param state 0 is the embedding, n what the nth layer makes
     * @return float32 {@code [pictures, side * side, channels]}
     */
    public Value state(TowerGraph graph, String path, Value pixels, Value places, PartlyShown pictures, int state) {
        Value positions = graph.ops().gather(positions(graph, path), places, 0);
        Value embedded = graph.ops().add(grid(graph, path, pixels).tokens(), positions);
        TokenShape tokens = TokenShape.of(graph.ops(), embedded);
        ClipLayers layers = new ClipLayers(graph, path + ".encoder.layers", sizes);
        return tokens.batched(layers.state(tokens.flat(embedded, channels()), tokens, pictures, state));
    }

    private PatchGrid grid(TowerGraph graph, String path, Value pixels) {
        Scope scope = graph.root().at(path + ".embeddings");
        return PatchGrid.embed(
                scope, pixels, "patch_embedding.weight", "patch_embedding.bias", 3, channels(), patchSize);
    }

    /** The layers and the final norm, of {@code [pictures, patches, channels]}. */
    static Value layers(TowerGraph graph, String path, TransformerSizes sizes, Value embedded) {
        graph.ops().graph().uses("siglip-vision", REVISION);
        TokenShape tokens = TokenShape.of(graph.ops(), embedded);
        ClipLayers layers = new ClipLayers(graph, path + ".encoder.layers", sizes);
        Value x = layers.apply(tokens.flat(embedded, sizes.channels()), tokens);
        Scope norm = graph.root().at(path + ".post_layernorm");
        return tokens.batched(Norm.layer(norm, x, sizes.channels(), sizes.epsilon()));
    }
}
