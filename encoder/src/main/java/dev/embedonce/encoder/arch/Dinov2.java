package dev.embedonce.encoder.arch;

import dev.embedonce.encoder.arch.Transformer.Attended;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.LayerScale;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.PositionTable;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.model.tower.TransformerSizes;
import java.util.List;
import java.util.Set;

/**
 * DINOv2, with or without register tokens. The pooler output is the class token. Positions are resampled to the
 * picture's size bicubically, with registers also antialiased; register tokens have no positions.
 */
// Source: transformers 5.23, models/dinov2/modeling_dinov2.py, Dinov2Model;
// models/dinov2_with_registers/modeling_dinov2_with_registers.py, Dinov2WithRegistersModel
final class Dinov2 implements EncoderArchitecture {
    private static final int REVISION = 1;

    record Config(
            TransformerSizes sizes, int imageSize, int patchSize, boolean qkvBias, boolean swiGlu, int registers) {
        static Config read(ModelConfig config, boolean withRegisters) {
            config.requireOnly("num_channels", 3);
            int channels = config.positive("hidden_size");
            int wide = (int) (channels * config.number("mlp_ratio"));
            boolean swiGlu = config.flag("use_swiglu_ffn", false);
            TransformerSizes sizes = new TransformerSizes(
                    channels,
                    config.positive("num_hidden_layers"),
                    config.positive("num_attention_heads"),
                    swiGlu ? (wide * 2 / 3 + 7) / 8 * 8 : wide,
                    config.activation("hidden_act"),
                    config.number("layer_norm_eps"));
            return new Config(
                    sizes.checked(config),
                    config.side("image_size"),
                    config.side("patch_size"),
                    config.flag("qkv_bias", true),
                    swiGlu,
                    withRegisters ? config.natural("num_register_tokens", 4) : 0);
        }
    }

    private final boolean withRegisters;

    Dinov2(boolean withRegisters) {
        this.withRegisters = withRegisters;
    }

    @Override
    public Set<Modality> modalities() {
        return Set.of(Modality.IMAGE);
    }

    @Override
    public BuiltModel build(ModelFiles files, Modality modality, BuildOptions options) {
        ModelConfig json = files.config().recordedBy(new ConfigRecord());
        Config config = Config.read(json, withRegisters);
        String name = withRegisters ? "dinov2_with_registers" : "dinov2";
        Tower tower = new Tower(
                name + ".image",
                REVISION,
                files,
                json,
                options,
                layouts(name + "."),
                "embeddings.cls_token",
                "encoder.layer.0.attention.attention.query.weight");
        Pooling pooling = tower.pooling(List.of(Pooling.CLS, Pooling.MEAN, Pooling.POOLER));
        Value embedded = embed(tower.root().at("embeddings"), config, tower.pixelValues());
        TokenShape tokens = TokenShape.of(tower.ops(), embedded);
        TransformerSizes sizes = config.sizes;
        Value x = tokens.flat(embedded, sizes.channels());
        for (int i = 0; i < sizes.layers(); i++) {
            x = layer(
                    tower.layer("encoder.layer", i), config, x, tokens, Transformer.firstTokenOnly(sizes, i, pooling));
        }
        Value vector = Transformer.pooled(
                sizes, x, tokens, 1 + config.registers, pooling, tower.root().at("layernorm"));
        return tower.finish(modality, vector, sizes.channels(), config.imageSize, pooling);
    }

    private Value embed(Scope scope, Config config, Value pixels) {
        Ops ops = scope.ops();
        int channels = config.sizes.channels();
        int side = config.imageSize / config.patchSize;
        PatchGrid grid = PatchGrid.embed(
                scope.at("patch_embeddings.projection"), pixels, "weight", "bias", 3, channels, config.patchSize);
        TensorInfo positions = scope.tensor("position_embeddings", 1, 1 + (long) side * side, channels);
        Value table = scope.viewFrom(positions, channels, (long) side * side, channels);
        PositionTable resampling = withRegisters ? PositionTable.BICUBIC_ANTIALIAS : PositionTable.BICUBIC;
        Value patches = ops.add(grid.tokens(), resampling.resize(ops, table, side, channels, grid.size()));
        Value first = ops.add(scope.weight("cls_token", 1, 1, channels), scope.viewFrom(positions, 0, 1, 1, channels));
        if (config.registers > 0) {
            first = ops.concat(1, first, scope.weight("register_tokens", 1, config.registers, channels));
        }
        return PatchGrid.prepend(ops, first, 1 + config.registers, channels, patches);
    }

    private static Value layer(Scope scope, Config config, Value x, TokenShape tokens, boolean firstOnly) {
        Ops ops = scope.ops();
        TransformerSizes sizes = config.sizes;
        int channels = sizes.channels();
        Scope attention = scope.at("attention.attention");
        SelfAttention selfAttention = new SelfAttention(
                Linear.of(attention.at("query"), channels, channels, config.qkvBias),
                Linear.of(attention.at("key"), channels, channels, config.qkvBias),
                Linear.of(attention.at("value"), channels, channels, config.qkvBias),
                Linear.of(scope.at("attention.output.dense"), channels, channels, true),
                sizes.heads());
        Value before = Norm.layer(scope.at("norm1"), x, channels, sizes.epsilon());
        Attended attended = Transformer.attend(selfAttention, before, x, tokens, firstOnly);
        Value middle = ops.add(
                LayerScale.apply(scope, "layer_scale1.lambda1", attended.mixed(), channels), attended.residual());
        Value normal = Norm.layer(scope.at("norm2"), middle, channels, sizes.epsilon());
        Value mlp = config.swiGlu
                ? swiGlu(scope.at("mlp"), sizes, normal)
                : Mlp.plain(
                        Linear.of(scope.at("mlp.fc1"), channels, sizes.inner(), true),
                        sizes.activation(),
                        Linear.of(scope.at("mlp.fc2"), sizes.inner(), channels, true),
                        normal);
        return ops.add(LayerScale.apply(scope, "layer_scale2.lambda1", mlp, channels), middle);
    }

    /** Published checkpoints have gate and up as one matrix, transformers 5 may save them apart. */
    private static Value swiGlu(Scope scope, TransformerSizes sizes, Value x) {
        int channels = sizes.channels();
        int inner = sizes.inner();
        if (scope.has("gate_proj.weight")) {
            return Mlp.gated(
                    Linear.of(scope.at("gate_proj"), channels, inner, true),
                    Linear.of(scope.at("up_proj"), channels, inner, true),
                    Activation.SILU,
                    Linear.of(scope.at("down_proj"), inner, channels, true),
                    x);
        }
        Linear both = Linear.of(scope.at("weights_in"), channels, 2 * inner, true);
        Linear down = Linear.of(scope.at("weights_out"), inner, channels, true);
        return Mlp.gated(both.rows(0, inner), both.rows(inner, inner), Activation.SILU, down, x);
    }

    /** The published names and those that transformers 5 uses inside, each alone or inside a classifier. */
    private static List<NameLayout> layouts(String prefix) {
        NameLayout renamed = NameLayout.replacing(
                "attention.attention.query", "attention.q_proj",
                "attention.attention.key", "attention.k_proj",
                "attention.attention.value", "attention.v_proj",
                "attention.output.dense", "attention.o_proj");
        return List.of(
                NameLayout.canonical(), NameLayout.prefixed(prefix), renamed, renamed.then(name -> prefix + name));
    }
}
