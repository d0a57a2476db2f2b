package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.PositionTable;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;

/**
 * The vision tower of SigLIP 2 NaFlex, for pictures of any number of patches, none of them padding: all tokens after
 * the final norm, without the pooling head. Positions are resampled bilinearly, antialiased.
 *
 * @param side positions a side of the learned table
 * @param patchSize pixels a side of a patch
 */
// Source: transformers 5.23, models/siglip2/modeling_siglip2.py, Siglip2VisionTransformer
public record Siglip2Vision(TransformerSizes sizes, int side, int patchSize) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /**
     * Reads a {@code vision_config}.
     *
     * @throws dev.embedonce.error.ModelLoadException if {@code num_patches} is no square, or another field is not
     *     supported
     */
    public static Siglip2Vision read(ModelConfig config) {
        config.requireOnly("num_channels", 3);
        int patches = config.positive("num_patches", 256);
        int side = (int) Math.round(Math.sqrt(patches));
        if (side * side != patches) {
            throw config.refused("num_patches", "a square number");
        }
        return new Siglip2Vision(
                TransformerSizes.read(config, SiglipVision.DEFAULTS.sizes()), side, config.side("patch_size", 16));
    }

    /**
     * Adds the tower.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels whole pictures, float32 {@code [pictures, 3, height, width]}
     * @return float32 {@code [pictures, patches, channels]}
     */
    public Value apply(TowerGraph graph, String path, Value pixels) {
        Ops ops = graph.ops();
        ops.graph().uses("siglip2-vision", REVISION);
        int channels = sizes.channels();
        Scope embeddings = graph.root().at(path + ".embeddings");
        PatchGrid grid = grid(embeddings, pixels);
        Value table = embeddings.weight("position_embedding.weight", (long) side * side, channels);
        Value positions = PositionTable.BILINEAR_ANTIALIAS.resize(ops, table, side, channels, grid.size());
        return SiglipVision.layers(graph, path, sizes, ops.add(grid.tokens(), positions));
    }

    /** The patch embedding is published as a linear layer over (row, column, channel). */
    private PatchGrid grid(Scope scope, Value pixels) {
        Ops ops = scope.ops();
        int channels = sizes.channels();
        Value linear = scope.view(
                scope.tensor("patch_embedding.weight", channels, 3L * patchSize * patchSize),
                channels,
                patchSize,
                patchSize,
                3);
        Value bias = scope.weight("patch_embedding.bias", channels);
        return PatchGrid.embed(ops, pixels, ops.transpose(linear, 0, 3, 1, 2), bias, channels, patchSize);
    }
}
