package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * A vision transformer with timm's names, without class token and pooling head: pre-norm layers with queries, keys and
 * values in one tensor, all tokens after the final norm. SigLIP's is one.
 *
 * @param imageSize pixels a side of the square pictures it takes
 * @param patchSize pixels a side of a patch; what is left over of a picture is left out
 */
// Source: deepseek-ai/DeepSeek-VL2, deepseek_vl2/models/siglip_vit.py, VisionTransformer
public record TimmVit(TransformerSizes sizes, int imageSize, int patchSize) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** Patches a side of a picture. */
    public int side() {
        return imageSize / patchSize;
    }

    /**
     * Adds the tower.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels float32 {@code [pictures, 3, imageSize, imageSize]}
     * @return float32 {@code [pictures, side * side, channels]}
     */
    public Value apply(TowerGraph graph, String path, Value pixels) {
        Ops ops = graph.ops();
        ops.graph().uses("timm-vit", REVISION);
        int channels = sizes.channels();
        Scope tower = graph.root().at(path);
        PatchGrid grid =
                PatchGrid.embed(tower.at("patch_embed.proj"), pixels, "weight", "bias", 3, channels, patchSize);
        Value embedded = ops.add(grid.tokens(), tower.weight("pos_embed", 1, (long) side() * side(), channels));
        TokenShape tokens = TokenShape.of(ops, embedded);
        Value x = tokens.flat(embedded, channels);
        String list = path + ".blocks";
        for (int i = 0; i < sizes.layers(); i++) {
            x = layer(graph.root().at(list, i), graph.layer(list, i), x, tokens);
        }
        return tokens.batched(Norm.layer(tower.at("norm"), x, channels, sizes.epsilon()));
    }

    private Value layer(Scope norms, Scope layer, Value x, TokenShape tokens) {
        int channels = sizes.channels();
        Linear fused = Linear.of(layer.at("attn.qkv"), channels, 3 * channels, true);
        SelfAttention attention = new SelfAttention(
                fused.rows(0, channels),
                fused.rows(channels, channels),
                fused.rows(2 * channels, channels),
                Linear.of(layer.at("attn.proj"), channels, channels, true),
                sizes.heads());
        Ops ops = layer.ops();
        Value mixed = ops.add(x, attention.apply(Norm.layer(norms.at("norm1"), x, channels, sizes.epsilon()), tokens));
        return ops.add(
                mixed,
                Mlp.plain(
                        Linear.of(layer.at("mlp.fc1"), channels, sizes.inner(), true),
                        sizes.activation(),
                        Linear.of(layer.at("mlp.fc2"), sizes.inner(), channels, true),
                        Norm.layer(norms.at("norm2"), mixed, channels, sizes.epsilon())));
    }
}
