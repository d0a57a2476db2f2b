package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;

/**
 * A perceiver resampler: a fixed number of learned latents attend, layer after layer, to the tokens of a picture and to
 * themselves, so that pictures of any size become equally many tokens.
 *
 * @param channels of the tokens and latents
 * @param latents how many tokens a picture becomes
 * @param kvHeads heads of keys and values; so many neighbouring query heads share one
 * @param headSize channels of a head
 * @param epsilon of the RMSNorms
 */
// Source: transformers 5.23, models/idefics2/modeling_idefics2.py, Idefics2PerceiverResampler
public record PerceiverResampler(
        int channels,
        int latents,
        int layers,
        int heads,
        int kvHeads,
        int headSize,
        Activation activation,
        double epsilon) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** How many times wider than the tokens the MLP is. */
    private static final int WIDER = 4;

    /**
     * Reads a {@code perceiver_config}. Older files do not have its width and epsilon, which were the language model's;
     * where it has another width than that, neither counts.
     *
     * @param channels of the language model
     * @param epsilon of the language model
     * @throws dev.embedonce.error.ModelLoadException if key heads do not divide the query heads
     */
    public static PerceiverResampler read(ModelConfig config, int channels, double epsilon) {
        boolean own = config.positive("hidden_size", channels) == channels;
        int heads = config.positive("resampler_n_heads", 16);
        int kvHeads = config.positive("num_key_value_heads", 4);
        if (heads % kvHeads != 0) {
            throw config.refused("num_key_value_heads", "a divisor of resampler_n_heads " + heads);
        }
        return new PerceiverResampler(
                channels,
                config.positive("resampler_n_latents", 64),
                config.positive("resampler_depth", 3),
                heads,
                kvHeads,
                config.positive("resampler_head_dim", 96),
                config.activation("hidden_act", Activation.SILU),
                own ? config.number("rms_norm_eps", epsilon) : epsilon);
    }

    /**
     * Adds the resampler.
     *
     * @param path of its module among the graph's tensors
     * @param context float32 {@code [pictures, tokens, channels]}
     * @return float32 {@code [pictures, latents, channels]}
     */
    public Value apply(TowerGraph graph, String path, Value context) {
        Ops ops = graph.ops();
        ops.graph().uses("perceiver-resampler", REVISION);
        Scope root = graph.root().at(path);
        Value learned = root.view(root.tensor("latents", latents, channels), 1, latents, channels);
        Value shape = ops.concat(0, ops.dim(context, 0), ops.graph().constant(latents, channels));
        Value x = ops.expand(learned, shape);
        for (int i = 0; i < layers; i++) {
            x = layer(root.at("layers", i), graph.layer(path + ".layers", i), x, context);
        }
        return Norm.rms(root.at("norm"), x, channels, epsilon);
    }

    private Value layer(Scope norms, Scope layer, Value x, Value context) {
        Ops ops = layer.ops();
        Value asking = norm(norms, "input_latents_norm", x);
        Value asked = ops.concat(1, norm(norms, "input_context_norm", context), asking);
        Value middle = ops.add(x, attention(layer.at("self_attn"), asking, asked));
        TokenShape tokens = TokenShape.of(ops, middle);
        Value normed = tokens.flat(norm(norms, "post_attention_layernorm", middle), channels);
        Scope mlp = layer.at("mlp");
        int inner = WIDER * channels;
        Value mixed = Mlp.gated(
                Linear.of(mlp.at("gate_proj"), channels, inner, false),
                Linear.of(mlp.at("up_proj"), channels, inner, false),
                activation,
                Linear.of(mlp.at("down_proj"), inner, channels, false),
                normed);
        return ops.add(middle, tokens.batched(mixed));
    }

    private Value norm(Scope norms, String name, Value x) {
        return Norm.rms(norms.at(name), x, channels, epsilon);
    }

    private Value attention(Scope scope, Value asking, Value asked) {
        Ops ops = scope.ops();
        Value answers = ops.attention(
                split(scope.at("q_proj"), asking, heads),
                split(scope.at("k_proj"), asked, kvHeads),
                split(scope.at("v_proj"), asked, kvHeads),
                null,
                (float) (1 / Math.sqrt(headSize)));
        Value merged = ops.reshape(ops.transpose(answers, 0, 2, 1, 3), -1, (long) heads * headSize);
        Value mixed =
                Linear.of(scope.at("o_proj"), heads * headSize, channels, false).apply(merged);
        return ops.reshape(mixed, -1, latents, channels);
    }

    /** Heads of a projection: float32 {@code [pictures, count, tokens, headSize]}. */
    private Value split(Scope projection, Value x, int count) {
        TokenShape tokens = TokenShape.of(projection.ops(), x);
        Value all = Linear.of(projection, channels, count * headSize, false).apply(tokens.flat(x, channels));
        Value each = projection.ops().reshape(tokens.batched(all), 0, 0, count, headSize);
        return projection.ops().transpose(each, 0, 2, 1, 3);
    }
}
