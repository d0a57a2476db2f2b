package dev.embedonce.encoder.arch;

import dev.embedonce.encoder.arch.Transformer.Attended;
import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.LayerScale;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Rotary;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.model.tower.TransformerSizes;
import java.util.List;
import java.util.Set;

/**
 * DINOv3's Vision Transformer: no position table, but rotary positions of the patches' centres in a square from -1 to
 * 1. Class and register tokens are not rotated. The pooler output is the class token.
 */
// Source: transformers 5.23, models/dinov3_vit/modeling_dinov3_vit.py, DINOv3ViTModel
final class Dinov3Vit implements EncoderArchitecture {
    private static final int REVISION = 1;

    record Config(
            TransformerSizes sizes,
            int imageSize,
            int patchSize,
            int registers,
            double ropeTheta,
            boolean gated,
            boolean queryBias,
            boolean keyBias,
            boolean valueBias,
            boolean outputBias,
            boolean mlpBias) {
        static Config read(ModelConfig config) {
            config.requireOnly("num_channels", 3);
            TransformerSizes sizes = TransformerSizes.read(config);
            if (sizes.channels() / sizes.heads() % 4 != 0) {
                throw config.refused("num_attention_heads", "heads whose size is a multiple of 4");
            }
            return new Config(
                    sizes,
                    config.side("image_size"),
                    config.side("patch_size"),
                    config.natural("num_register_tokens", 0),
                    config.number("rope_theta"),
                    config.flag("use_gated_mlp", false),
                    config.flag("query_bias", true),
                    config.flag("key_bias", false),
                    config.flag("value_bias", true),
                    config.flag("proj_bias", true),
                    config.flag("mlp_bias", true));
        }
    }

    @Override
    public Set<Modality> modalities() {
        return Set.of(Modality.IMAGE);
    }

    @Override
    public BuiltModel build(ModelFiles files, Modality modality, BuildOptions options) {
        ModelConfig json = files.config().recordedBy(new ConfigRecord());
        Config config = Config.read(json);
        Tower tower = new Tower(
                "dinov3_vit.image",
                REVISION,
                files,
                json,
                options,
                List.of(NameLayout.canonical(), NameLayout.replacing("layer.", "model.layer.")),
                "embeddings.cls_token",
                "layer.0.attention.q_proj.weight");
        Pooling pooling = tower.pooling(List.of(Pooling.CLS, Pooling.MEAN, Pooling.POOLER));
        Ops ops = tower.ops();
        TransformerSizes sizes = config.sizes;
        Scope embeddings = tower.root().at("embeddings");
        PatchGrid grid = PatchGrid.embed(
                embeddings.at("patch_embeddings"),
                tower.pixelValues(),
                "weight",
                "bias",
                3,
                sizes.channels(),
                config.patchSize);
        Value embedded = withPrefix(embeddings, config, grid.tokens());
        TokenShape tokens = TokenShape.of(ops, embedded);
        Rotary rotary = rotary(ops, config, grid, tokens);
        Value x = tokens.flat(embedded, sizes.channels());
        for (int i = 0; i < sizes.layers(); i++) {
            x = layer(
                    tower.layer("layer", i), config, x, tokens, rotary, Transformer.firstTokenOnly(sizes, i, pooling));
        }
        Value vector = Transformer.pooled(
                sizes, x, tokens, 1 + config.registers, pooling, tower.root().at("norm"));
        return tower.finish(modality, vector, sizes.channels(), config.imageSize, pooling);
    }

    private static Value withPrefix(Scope scope, Config config, Value patches) {
        int channels = config.sizes.channels();
        Value first = scope.weight("cls_token", 1, 1, channels);
        if (config.registers > 0) {
            first = scope.ops().concat(1, first, scope.weight("register_tokens", 1, config.registers, channels));
        }
        return PatchGrid.prepend(scope.ops(), first, 1 + config.registers, channels, patches);
    }

    /**
     * Angle of frequency f at coordinate c: 2 pi c / theta^(f / count). The first half of a head's pairs rotates by
     * row, the second by column.
     */
    private static Rotary rotary(Ops ops, Config config, PatchGrid grid, TokenShape tokens) {
        int count = config.sizes.channels() / config.sizes.heads() / 4;
        float[] frequencies = new float[count];
        for (int i = 0; i < count; i++) {
            frequencies[i] = (float) (2 * Math.PI / Math.pow(config.ropeTheta, (double) i / count));
        }
        Value table = ops.graph().constant(Shape.of(1, count), frequencies);
        Value rows = ops.mul(centres(ops, grid, 0), table);
        Value columns = ops.mul(centres(ops, grid, 1), table);
        Value grown = ops.concat(0, grid.size(), ops.graph().constant(count));
        Value byRow = ops.expand(ops.unsqueeze(rows, 1), grown);
        Value byColumn = ops.expand(ops.unsqueeze(columns, 0), grown);
        Value angles = ops.reshape(ops.concat(2, byRow, byColumn), 1, -1, 2L * count);
        // angle 0 rotates nothing: the tokens before the patches
        int prefix = 1 + config.registers;
        Value still = ops.graph().constant(Shape.of(1, prefix, 2L * count), new float[prefix * 2 * count]);
        Value all = ops.concat(1, still, angles);
        Value batched =
                ops.concat(0, ops.slice(tokens.dims(), 0, 0, 2), ops.graph().constant(2L * count));
        return new Rotary(ops.expand(ops.cos(all), batched), ops.expand(ops.sin(all), batched));
    }

    /** The patches' centres along one axis, from -1 to 1: float32 [patches, 1]. */
    private static Value centres(Ops ops, PatchGrid grid, int axis) {
        Value count = ops.squeeze(ops.slice(grid.size(), 0, axis, axis + 1L), 0);
        Value index = ops.cast(ops.range(count), TensorType.F32);
        Value centre = ops.div(ops.add(index, ops.graph().scalar(0.5f)), ops.cast(count, TensorType.F32));
        Value spread =
                ops.sub(ops.mul(centre, ops.graph().scalar(2f)), ops.graph().scalar(1f));
        return ops.unsqueeze(spread, 1);
    }

    private static Value layer(
            Scope scope, Config config, Value x, TokenShape tokens, Rotary rotary, boolean firstOnly) {
        Ops ops = scope.ops();
        TransformerSizes sizes = config.sizes;
        int channels = sizes.channels();
        Scope attention = scope.at("attention");
        SelfAttention selfAttention = new SelfAttention(
                        Linear.of(attention.at("q_proj"), channels, channels, config.queryBias),
                        Linear.of(attention.at("k_proj"), channels, channels, config.keyBias),
                        Linear.of(attention.at("v_proj"), channels, channels, config.valueBias),
                        Linear.of(attention.at("o_proj"), channels, channels, config.outputBias),
                        sizes.heads())
                .rotary(rotary);
        Value before = Norm.layer(scope.at("norm1"), x, channels, sizes.epsilon());
        Attended attended = Transformer.attend(selfAttention, before, x, tokens, firstOnly);
        Value middle = ops.add(
                LayerScale.apply(scope, "layer_scale1.lambda1", attended.mixed(), channels), attended.residual());
        Value normal = Norm.layer(scope.at("norm2"), middle, channels, sizes.epsilon());
        Linear up = Linear.of(scope.at("mlp.up_proj"), channels, sizes.inner(), config.mlpBias);
        Linear down = Linear.of(scope.at("mlp.down_proj"), sizes.inner(), channels, config.mlpBias);
        Value mlp = config.gated
                ? Mlp.gated(
                        Linear.of(scope.at("mlp.gate_proj"), channels, sizes.inner(), config.mlpBias),
                        up,
                        sizes.activation(),
                        down,
                        normal)
                : Mlp.plain(up, sizes.activation(), down, normal);
        return ops.add(LayerScale.apply(scope, "layer_scale2.lambda1", mlp, channels), middle);
    }
}
