package dev.embedonce.encoder.arch;

import dev.embedonce.encoder.arch.Transformer.Attended;
import dev.embedonce.graph.blocks.Activation;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The Vision Transformer and DeiT, alone or inside a classifier. DeiT has a second, distillation token after the class
 * token. Pictures of another size than the trained one get bicubically resampled positions ({@code
 * interpolate_pos_encoding=True}).
 */
// Source: transformers 5.23, models/vit/modeling_vit.py, ViTModel; models/deit/modeling_deit.py, DeiTModel
final class Vit implements EncoderArchitecture {
    private static final int REVISION = 1;

    enum Kind {
        VIT("vit", 1),
        DEIT("deit", 2);

        private final String name;
        private final int prefixTokens;

        Kind(String name, int prefixTokens) {
            this.name = name;
            this.prefixTokens = prefixTokens;
        }
    }

    record Config(
            TransformerSizes sizes,
            int imageSize,
            int patchSize,
            boolean qkvBias,
            int poolerSize,
            Activation poolerAct) {
        static Config read(ModelConfig config) {
            config.requireOnly("num_channels", 3);
            TransformerSizes sizes = TransformerSizes.read(config);
            return new Config(
                    sizes,
                    config.side("image_size"),
                    config.side("patch_size"),
                    config.flag("qkv_bias", true),
                    config.positive("pooler_output_size", sizes.channels()),
                    config.activation("pooler_act", Activation.TANH));
        }
    }

    private final Kind kind;

    Vit(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Set<Modality> modalities() {
        return Set.of(Modality.IMAGE);
    }

    @Override
    public BuiltModel build(ModelFiles files, Modality modality, BuildOptions options) {
        ModelConfig json = files.config().recordedBy(new ConfigRecord());
        Config config = Config.read(json);
        TransformerSizes sizes = config.sizes;
        Tower tower = new Tower(
                kind.name + ".image",
                REVISION,
                files,
                json,
                options,
                layouts(kind.name + "."),
                "embeddings.cls_token",
                "encoder.layer.0.attention.attention.query.weight");
        Pooling pooling = tower.pooling(possible(tower.root()));
        Value embedded = embed(tower.root().at("embeddings"), config, tower.pixelValues());
        TokenShape tokens = TokenShape.of(tower.ops(), embedded);
        Value x = tokens.flat(embedded, sizes.channels());
        for (int i = 0; i < sizes.layers(); i++) {
            x = layer(
                    tower.layer("encoder.layer", i), config, x, tokens, Transformer.firstTokenOnly(sizes, i, pooling));
        }
        Value vector = Transformer.pooled(
                sizes, x, tokens, kind.prefixTokens, pooling, tower.root().at("layernorm"));
        int dimension = sizes.channels();
        if (pooling == Pooling.POOLER) {
            dimension = config.poolerSize;
            vector = config.poolerAct.apply(
                    tower.ops(),
                    Linear.of(tower.root().at("pooler.dense"), sizes.channels(), dimension, true)
                            .apply(vector));
        }
        return tower.finish(modality, vector, dimension, config.imageSize, pooling);
    }

    private static List<Pooling> possible(Scope root) {
        List<Pooling> possible = new ArrayList<>(List.of(Pooling.CLS, Pooling.MEAN));
        if (root.has("pooler.dense.weight")) {
            possible.add(Pooling.POOLER);
        }
        return possible;
    }

    private Value embed(Scope scope, Config config, Value pixels) {
        Ops ops = scope.ops();
        int channels = config.sizes.channels();
        int side = config.imageSize / config.patchSize;
        int prefix = kind.prefixTokens;
        PatchGrid grid = PatchGrid.embed(
                scope.at("patch_embeddings.projection"), pixels, "weight", "bias", 3, channels, config.patchSize);
        TensorInfo positions = scope.tensor("position_embeddings", 1, prefix + (long) side * side, channels);
        Value table = scope.viewFrom(positions, (long) prefix * channels, (long) side * side, channels);
        Value patches = ops.add(grid.tokens(), PositionTable.BICUBIC.resize(ops, table, side, channels, grid.size()));
        Value first = scope.weight("cls_token", 1, 1, channels);
        if (kind == Kind.DEIT) {
            first = ops.concat(1, first, scope.weight("distillation_token", 1, 1, channels));
        }
        first = ops.add(first, scope.viewFrom(positions, 0, 1, prefix, channels));
        return PatchGrid.prepend(ops, first, prefix, channels, patches);
    }

    private static Value layer(Scope scope, Config config, Value x, TokenShape tokens, boolean firstOnly) {
        Ops ops = scope.ops();
        TransformerSizes sizes = config.sizes;
        int channels = sizes.channels();
        Scope attention = scope.at("attention.attention");
        Value normal = Norm.layer(scope.at("layernorm_before"), x, channels, sizes.epsilon());
        SelfAttention selfAttention = new SelfAttention(
                Linear.of(attention.at("query"), channels, channels, config.qkvBias),
                Linear.of(attention.at("key"), channels, channels, config.qkvBias),
                Linear.of(attention.at("value"), channels, channels, config.qkvBias),
                Linear.of(scope.at("attention.output.dense"), channels, channels, true),
                sizes.heads());
        Attended attended = Transformer.attend(selfAttention, normal, x, tokens, firstOnly);
        Value middle = ops.add(attended.mixed(), attended.residual());
        Value mlp = Mlp.plain(
                Linear.of(scope.at("intermediate.dense"), channels, sizes.inner(), true),
                sizes.activation(),
                Linear.of(scope.at("output.dense"), sizes.inner(), channels, true),
                Norm.layer(scope.at("layernorm_after"), middle, channels, sizes.epsilon()));
        return ops.add(mlp, middle);
    }

    /** The published names and those that transformers 5 uses inside, each alone or inside a classifier. */
    private static List<NameLayout> layouts(String prefix) {
        NameLayout renamed = NameLayout.replacing(
                "encoder.layer.", "layers.",
                "attention.attention.query", "attention.q_proj",
                "attention.attention.key", "attention.k_proj",
                "attention.attention.value", "attention.v_proj",
                "attention.output.dense", "attention.o_proj",
                "intermediate.dense", "mlp.fc1",
                "output.dense", "mlp.fc2");
        return List.of(
                NameLayout.canonical(), NameLayout.prefixed(prefix), renamed, renamed.then(name -> prefix + name));
    }
}
