package dev.embedonce.vlm.family.gemma4;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.ClippedLinear;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchAngles;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * Patches with learned positions by row and by column, sandwich-norm layers with QK-norm and rotary positions by column
 * and row, average pooling of squares, a norm, a linear layer. Hidden states are float32 {@code [batch * patches,
 * channels]}, the patches of a token adjacent.
 */
// Source: transformers 5.23, models/gemma4/modeling_gemma4.py, Gemma4VisionModel, Gemma4MultimodalEmbedder
final class Gemma4Vision {
    private static final int REVISION = 1;

    private static final List<NameLayout> LAYOUTS = List.of(NameLayout.prefixed("model."), NameLayout.canonical());
    private static final String LAYERS = "vision_tower.encoder.layers";

    private final TowerBuilder builder;
    private final Ops ops;
    private final Sizes sizes;
    private final Value cos;
    private final Value sin;
    private final TokenShape tokens;
    private final Value patches;

    /**
     * What a {@code vision_config} says.
     *
     * @param positions rows of the table of positions, as many for rows as for columns
     * @param clipped whether the layers' linear parts have bounds
     * @param standardised whether features are moved and scaled by channel
     */
    private record Sizes(
            int channels,
            int layers,
            int heads,
            int keyHeads,
            int headSize,
            int intermediate,
            Activation activation,
            double epsilon,
            double theta,
            int positions,
            boolean clipped,
            boolean standardised) {
        static Sizes read(ModelConfig config) {
            config.oneOf("model_type", "gemma4_vision");
            ModelConfig rope = config.optionalObject("rope_parameters");
            int headSize = config.positive("head_dim", 64);
            if (headSize % 4 != 0) {
                throw config.refused("head_dim", "a multiple of 4");
            }
            return new Sizes(
                    config.positive("hidden_size", 768),
                    config.positive("num_hidden_layers", 16),
                    config.positive("num_attention_heads", 12),
                    config.positive("num_key_value_heads", 12),
                    headSize,
                    config.positive("intermediate_size", 3072),
                    config.activation("hidden_activation", Activation.GELU_TANH),
                    config.number("rms_norm_eps", 1e-6),
                    rope.number("rope_theta", 100),
                    config.positive("position_embedding_size", 10_240),
                    config.flag("use_clipped_linears", false),
                    config.flag("standardize", false));
        }
    }

    private Gemma4Vision(TowerBuilder builder, Sizes sizes, Patches patches) {
        this.builder = builder;
        this.ops = builder.ops();
        this.sizes = sizes;
        this.patches = input(Gemma4Processor.PIXEL_VALUES, patches.length());
        this.cos = input(PatchAngles.COS, sizes.headSize / 2);
        this.sin = input(PatchAngles.SIN, sizes.headSize / 2);
        this.tokens = TokenShape.of(ops, this.patches);
    }

    private Value input(String name, int width) {
        return ops.graph().input(name, TensorType.F32, Dim.free("batch"), Dim.free("patches"), Dim.of(width));
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        requireAxial(files.config().object("vision_config"));
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig vision = config.object("vision_config");
        Sizes sizes = Sizes.read(vision);
        Patches patches = Patches.read(vision);
        int hidden = config.object("text_config").positive("hidden_size", 2304);
        TowerBuilder builder = new TowerBuilder(
                "gemma4.vision",
                REVISION,
                config,
                files,
                options,
                LAYOUTS,
                "vision_tower.patch_embedder.input_proj.weight",
                "embed_vision.embedding_projection.weight");
        Gemma4Vision tower = new Gemma4Vision(builder, sizes, patches);
        Value x = tower.embedded(patches.length());
        for (int i = 0; i < sizes.layers; i++) {
            x = tower.layer(builder.root().at(LAYERS, i), builder.layer(LAYERS, i), x);
        }
        tower.project(tower.squares(x, patches.square()), hidden);
        return builder.openOverGrid(
                Gemma4Processor::grid,
                new Squares(patches.square()),
                new PatchAngles(patches.square(), sizes.headSize, sizes.theta));
    }

    /** One thing has two names, by which versions must not differ. */
    private static void requireAxial(ModelConfig unrecorded) {
        unrecorded.optionalObject("rope_parameters").oneOf("rope_type", "axial", "default");
    }

    private Value embedded(int length) {
        Scope scope = builder.root().at("vision_tower.patch_embedder");
        Value centred = ops.mul(
                ops.sub(tokens.flat(patches, length), ops.graph().scalar(0.5f)),
                ops.graph().scalar(2f));
        Value projected =
                Linear.of(scope.at("input_proj"), length, sizes.channels, false).apply(centred);
        TensorInfo table = scope.tensor("position_embedding_table", 2, sizes.positions, sizes.channels);
        Value learned = ops.add(positions(scope, table, 0, Squares.COLUMNS), positions(scope, table, 1, Squares.ROWS));
        return ops.add(projected, tokens.flat(learned, sizes.channels));
    }

    private Value positions(Scope scope, TensorInfo table, int half, String input) {
        long first = (long) half * sizes.positions * sizes.channels;
        Value indices = ops.graph().input(input, TensorType.I64, Dim.free("batch"), Dim.free("patches"));
        return ops.gather(scope.viewFrom(table, first, sizes.positions, sizes.channels), indices, 0);
    }

    private Value layer(Scope norms, Scope layer, Value x) {
        Value mixed = attention(norms, layer, norm(norms.at("input_layernorm"), x));
        Value middle = ops.add(x, norm(norms.at("post_attention_layernorm"), mixed));
        Value mlp = mlp(layer.at("mlp"), norm(norms.at("pre_feedforward_layernorm"), middle));
        return ops.add(middle, norm(norms.at("post_feedforward_layernorm"), mlp));
    }

    private Value norm(Scope scope, Value x) {
        return Norm.rms(scope, x, sizes.channels, sizes.epsilon);
    }

    private Value mlp(Scope scope, Value x) {
        Value gates = sizes.activation.apply(ops, linear(scope, "gate_proj", x, sizes.channels, sizes.intermediate));
        Value gated = ops.mul(gates, linear(scope, "up_proj", x, sizes.channels, sizes.intermediate));
        return linear(scope, "down_proj", gated, sizes.intermediate, sizes.channels);
    }

    private Value linear(Scope scope, String name, Value x, int in, int out) {
        return ClippedLinear.apply(scope.at(name), x, in, out, sizes.clipped);
    }

    private Value attention(Scope norms, Scope layer, Value x) {
        Scope scope = layer.at("self_attn");
        Value value = projected(scope, "v_proj", x, sizes.keyHeads);
        Value answers = ops.attention(
                rotated(norms, scope, "q", x, sizes.heads),
                rotated(norms, scope, "k", x, sizes.keyHeads),
                split(batched(Norm.rms(ops, value, sizes.headSize, sizes.epsilon), sizes.keyHeads), sizes.keyHeads),
                null,
                1);
        int channels = sizes.heads * sizes.headSize;
        Value merged = ops.reshape(ops.transpose(answers, 0, 2, 1, 3), -1, channels);
        return linear(scope, "o_proj", merged, channels, sizes.channels);
    }

    /** Heads of all patches one below the other: float32 {@code [batch * patches * count, size]}. */
    private Value projected(Scope scope, String name, Value x, int count) {
        return ops.reshape(linear(scope, name, x, sizes.channels, count * sizes.headSize), -1, sizes.headSize);
    }

    /** Queries or keys, normalised and rotated: float32 {@code [batch, count, patches, size]}. */
    private Value rotated(Scope norms, Scope scope, String name, Value x, int count) {
        Value projected = projected(scope, name + "_proj", x, count);
        Value normed = Norm.rms(norms.at("self_attn").at(name + "_norm"), projected, sizes.headSize, sizes.epsilon);
        Value paired = ops.gather(normed, ops.graph().constant(pairs(sizes.headSize)), 1);
        return split(ops.rotary(batched(paired, count), cos, sin, count), count);
    }

    /**
     * The order in which the operator rotates channels {@code i} and {@code i + size / 2} as a pair, first those
     * rotated by row. As published they stand in quarters: two that rotate by column, two by row. The order changes no
     * product of queries and keys.
     */
    private static long[] pairs(int size) {
        int quarter = size / 4;
        int[] quarters = {2, 0, 3, 1};
        long[] order = new long[size];
        for (int i = 0; i < size; i++) {
            order[i] = (long) quarters[i / quarter] * quarter + i % quarter;
        }
        return order;
    }

    private Value batched(Value x, int count) {
        return tokens.batched(ops.reshape(x, -1, (long) count * sizes.headSize));
    }

    private Value split(Value x, int count) {
        return ops.transpose(ops.reshape(x, 0, 0, count, sizes.headSize), 0, 2, 1, 3);
    }

    /** The means of squares of patches, scaled: float32 {@code [batch * tokens, channels]}. */
    private Value squares(Value x, int square) {
        Value means = ops.mean(ops.reshape(x, -1, (long) square * square, sizes.channels), false, 1);
        Value scaled = ops.mul(means, ops.graph().scalar((float) Math.sqrt(sizes.channels)));
        if (!sizes.standardised) {
            return scaled;
        }
        Scope scope = builder.root().at("vision_tower");
        Value centred = ops.sub(scaled, scope.weight("std_bias", sizes.channels));
        return ops.mul(centred, scope.weight("std_scale", sizes.channels));
    }

    private void project(Value x, int hidden) {
        Value normed = Norm.rms(ops, x, sizes.channels, sizes.epsilon);
        Value projected = Linear.of(
                        builder.root().at("embed_vision.embedding_projection"), sizes.channels, hidden, false)
                .apply(normed);
        Value shape = ops.concat(0, ops.dim(patches, 0), ops.graph().constant(-1, hidden));
        builder.output(VisionFeatures.FEATURES, ops.reshape(projected, shape), hidden);
    }
}
