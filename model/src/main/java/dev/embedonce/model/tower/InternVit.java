package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.LayerScale;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;

/**
 * InternViT for square pictures of the trained size: pre-norm layers with a learned factor for each channel of what
 * they add, a class token before the patches, no final norm. Queries, keys and values are one linear layer {@code
 * attention.qkv}, as published, or three, as transformers has them.
 *
 * @param imageSize pixels a side of a picture
 * @param patchSize pixels a side of a patch
 * @param bias whether queries, keys and values have one
 * @param rms whether norms are RMSNorms, LayerNorms otherwise
 * @param queryKeyNorm whether there is QK-norm (RMSNorm), over all heads together
 */
// Source: OpenGVLab/InternVL, internvl_chat/internvl/model/internvl_chat/modeling_intern_vit.py;
// transformers 5.23, models/internvl/modeling_internvl.py, InternVLVisionModel
public record InternVit(
        TransformerSizes sizes, int imageSize, int patchSize, boolean bias, boolean rms, boolean queryKeyNorm) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private static final String LAYER_NORM = "layer_norm";
    private static final String RMS_NORM = "rms_norm";
    private static final TransformerSizes LARGE = new TransformerSizes(1024, 24, 16, 4096, Activation.GELU, 1e-6);
    private static final TransformerSizes HUGE = new TransformerSizes(3200, 48, 25, 12_800, Activation.GELU, 1e-6);

    /**
     * Reads a {@code vision_config} of transformers.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    public static InternVit read(ModelConfig config) {
        require(config, "use_absolute_position_embeddings");
        require(config, "use_mean_pooling");
        return new InternVit(
                        TransformerSizes.read(config, LARGE),
                        config.side("image_size", 448),
                        config.side("patch_size", 14),
                        config.flag("attention_bias", false),
                        config.oneOf("norm_type", LAYER_NORM, RMS_NORM).equals(RMS_NORM),
                        config.flag("use_qk_norm", false))
                .checked(config);
    }

    /**
     * Reads a {@code vision_config} of the models' own code, whose defaults are those of the tower of six billion
     * parameters.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    public static InternVit readOwn(ModelConfig config) {
        return new InternVit(
                        TransformerSizes.read(config, HUGE),
                        config.side("image_size", 224),
                        config.side("patch_size", 14),
                        config.flag("qkv_bias", false),
                        config.oneOf("norm_type", RMS_NORM, LAYER_NORM).equals(RMS_NORM),
                        config.flag("qk_normalization", true))
                .checked(config);
    }

    private static void require(ModelConfig config, String flag) {
        if (!config.flag(flag, true)) {
            throw config.refused(flag, "true");
        }
    }

    private InternVit checked(ModelConfig config) {
        config.requireOnly("num_channels", 3);
        return this;
    }

    /** Channels of the hidden states. */
    public int channels() {
        return sizes.channels();
    }

    /** Patches a side of a picture. */
    public int side() {
        return imageSize / patchSize;
    }

    private int patches() {
        return side() * side();
    }

    /**
     * Adds the tower.
     *
     * @param path of the tower's module among the graph's tensors
     * @param pixels float32 {@code [pictures, 3, imageSize, imageSize]}
     * @param state which hidden state, 0 for what goes into the first layer
     * @return the patches row by row, without the class token: float32 {@code [pictures, side * side, channels]}
     */
    public Value hiddenState(TowerGraph graph, String path, Value pixels, int state) {
        Ops ops = graph.ops();
        ops.graph().uses("intern-vit", REVISION);
        Value embedded = embed(graph.root().at(path + ".embeddings"), pixels);
        TokenShape tokens = TokenShape.of(ops, embedded);
        Value x = tokens.flat(embedded, channels());
        for (int i = 0; i < state; i++) {
            x = layer(graph.layer(path + ".encoder.layer", i), x, tokens);
        }
        return ops.slice(tokens.batched(x), 1, 1, patches() + 1L);
    }

    private Value embed(Scope scope, Value pixels) {
        Ops ops = scope.ops();
        int channels = channels();
        PatchGrid grid = PatchGrid.embed(
                scope,
                pixels,
                "patch_embeddings.projection.weight",
                "patch_embeddings.projection.bias",
                3,
                channels,
                patchSize);
        Value tokens = PatchGrid.prepend(ops, scope.weight("cls_token", 1, 1, channels), 1, channels, grid.tokens());
        return ops.add(tokens, scope.weight("position_embeddings", 1, patches() + 1L, channels));
    }

    private Value layer(Scope layer, Value x, TokenShape tokens) {
        Ops ops = layer.ops();
        int channels = channels();
        Value mixed = attention(layer.at("attention"), norm(layer.at("layernorm_before"), x), tokens);
        Value middle = ops.add(x, LayerScale.apply(layer, "lambda_1", mixed, channels));
        Value mlp = Mlp.plain(
                Linear.of(layer.at("mlp.fc1"), channels, sizes.inner(), true),
                sizes.activation(),
                Linear.of(layer.at("mlp.fc2"), sizes.inner(), channels, true),
                norm(layer.at("layernorm_after"), middle));
        return ops.add(middle, LayerScale.apply(layer, "lambda_2", mlp, channels));
    }

    private Value norm(Scope scope, Value x) {
        return rms
                ? Norm.rms(scope, x, channels(), sizes.epsilon())
                : Norm.layer(scope, x, channels(), sizes.epsilon());
    }

    private Value attention(Scope scope, Value x, TokenShape tokens) {
        Value query = normed(scope.at("q_norm"), projection(scope, "q_proj", 0).apply(x));
        Value key = normed(scope.at("k_norm"), projection(scope, "k_proj", 1).apply(x));
        Value value = projection(scope, "v_proj", 2).apply(x);
        Value mixed = scope.ops()
                .multiHeadAttention(
                        tokens.batched(query), tokens.batched(key), tokens.batched(value), sizes.heads(), null, false);
        return Linear.of(scope.at("projection_layer"), channels(), channels(), true)
                .apply(tokens.flat(mixed, channels()));
    }

    private Linear projection(Scope scope, String name, int third) {
        int channels = channels();
        return scope.has("qkv.weight")
                ? Linear.of(scope.at("qkv"), channels, 3 * channels, bias).rows(third * channels, channels)
                : Linear.of(scope.at(name), channels, channels, bias);
    }

    private Value normed(Scope scope, Value x) {
        return queryKeyNorm ? Norm.rms(scope, x, channels(), sizes.epsilon()) : x;
    }
}
