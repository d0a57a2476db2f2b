package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.ClipBlock;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;

/**
 * SigLIP's vision tower for pictures of one size, as language models use it: all tokens behind the norm at the end, without the
 * pooling head.
 *
 * @param channels of the hidden states
 * @param imageSize pixels a side of the square picture
 */
// Source: transformers 5.23, models/siglip/modeling_siglip.py, SiglipVisionTransformer
public record SiglipVision(
        int channels,
        int layers,
        int heads,
        int intermediate,
        Activation activation,
        double epsilon,
        int imageSize,
        int patchSize) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** Reads a {@code vision_config}. */
    public static SiglipVision read(ModelConfig config) {
        config.requireOnly("num_channels", 3);
        return new SiglipVision(
                config.positive("hidden_size", 768),
                config.positive("num_hidden_layers", 12),
                config.positive("num_attention_heads", 12),
                config.positive("intermediate_size", 3072),
                config.activation("hidden_act", Activation.GELU_TANH),
                config.number("layer_norm_eps", 1e-6),
                config.side("image_size", 224),
                config.side("patch_size", 16));
    }

    /** Patches a side. */
    public int side() {
        return imageSize / patchSize;
    }

    /**
     * Adds the tower.
     *
     * @param path of the tower's module among the builder's tensors
     * @param pixels float32 {@code [pictures, 3, imageSize, imageSize]}
     * @return float32 {@code [pictures, side * side, channels]}
     */
    public Value apply(TowerBuilder builder, String path, Value pixels) {
        return apply(builder, path, pixels, positions(builder, path));
    }

    /** The learned positions, row by row: float32 {@code [side * side, channels]}. */
    public Value positions(TowerBuilder builder, String path) {
        builder.ops().graph().uses("siglip-vision", REVISION);
        return builder.root()
                .at(path)
                .at("embeddings")
                .weight("position_embedding.weight", (long) side() * side(), channels);
    }

    /**
     * Adds the tower for pictures of another size, with positions chosen for them.
     *
     * @param pixels float32 {@code [pictures, 3, height, width]}
     * @param positions float32 {@code [patches, channels]}
     * @return float32 {@code [pictures, patches, channels]}
     */
    public Value apply(TowerBuilder builder, String path, Value pixels, Value positions) {
        builder.ops().graph().uses("siglip-vision", REVISION);
        Scope tower = builder.root().at(path);
        Scope embeddings = tower.at("embeddings");
        PatchGrid grid = PatchGrid.embed(
                embeddings, pixels, "patch_embedding.weight", "patch_embedding.bias", 3, channels, patchSize);
        Value embedded = builder.ops().add(grid.tokens(), positions);
        TokenShape tokens = TokenShape.of(builder.ops(), embedded);
        Value x = tokens.flat(embedded, channels);
        ClipBlock layer = new ClipBlock(channels, heads, intermediate, activation, epsilon);
        for (int i = 0; i < layers; i++) {
            x = layer.apply(builder.layer(path + ".encoder.layers", i), x, tokens);
        }
        return tokens.batched(Norm.layer(tower.at("post_layernorm"), x, channels, epsilon));
    }
}
