package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.ClipBlock;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The hidden states of CLIP's vision tower, as language models use them: of chosen layers, without the norm at the end.
 *
 * @param channels of the hidden states
 * @param imageSize pixels a side of the square picture
 */
// Source: transformers 5.23, models/clip/modeling_clip.py, CLIPVisionTransformer
public record ClipVision(
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
    public static ClipVision read(ModelConfig config) {
        config.requireOnly("num_channels", 3);
        return new ClipVision(
                config.positive("hidden_size", 768),
                config.positive("num_hidden_layers", 12),
                config.positive("num_attention_heads", 12),
                config.positive("intermediate_size", 3072),
                config.activation("hidden_act", Activation.QUICK_GELU),
                config.number("layer_norm_eps", 1e-5),
                config.side("image_size", 224),
                config.side("patch_size", 32));
    }

    /** Patches of a picture. */
    public int patches() {
        int side = imageSize / patchSize;
        return side * side;
    }

    /**
     * Adds the tower.
     *
     * @param path of the tower's module among the builder's tensors
     * @param pixels float32 {@code [batch, 3, imageSize, imageSize]}
     * @param states which hidden states, 0 for what goes into the first layer
     * @return each float32 {@code [batch, 1 + patches, channels]}, the class token first
     */
    public List<Value> hiddenStates(TowerBuilder builder, String path, Value pixels, List<Integer> states) {
        Ops ops = builder.ops();
        ops.graph().uses("clip-vision", REVISION);
        Scope tower = builder.root().at(path);
        Value embedded = embed(tower.at("embeddings"), pixels);
        TokenShape tokens = TokenShape.of(ops, embedded);
        Value x = Norm.layer(tower.at("pre_layrnorm"), tokens.flat(embedded, channels), channels, epsilon);
        int last = states.stream().mapToInt(Integer::intValue).max().orElseThrow();
        ClipBlock layer = new ClipBlock(channels, heads, intermediate, activation, epsilon);
        List<Value> all = new ArrayList<>(List.of(x));
        for (int i = 0; i < last; i++) {
            x = layer.apply(builder.layer(path + ".encoder.layers", i), x, tokens);
            all.add(x);
        }
        return states.stream().map(state -> tokens.batched(all.get(state))).toList();
    }

    private Value embed(Scope scope, Value pixels) {
        Ops ops = scope.ops();
        PatchGrid grid = PatchGrid.embed(scope, pixels, "patch_embedding.weight", null, 3, channels, patchSize);
        Value classToken = scope.view(scope.tensor("class_embedding", channels), 1, 1, channels);
        Value tokens = PatchGrid.prepend(ops, classToken, 1, channels, grid.tokens());
        return ops.add(tokens, scope.weight("position_embedding.weight", patches() + 1L, channels));
    }
}
