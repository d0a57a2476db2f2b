package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.ExpertGroups;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.ListedExperts;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.SigmoidRouter;
import dev.embedonce.vlm.decoder.layer.SummedFeedForward;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TokenMixer;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * GLM-4.5 within GLM-4.5V: pre-norm layers, M-RoPE in sections over the halves of a part of each head; an MLP in the
 * first layers, in the others experts beside a shared expert.
 */
// Source: transformers 5.23, models/glm4v_moe/configuration_glm4v_moe.py, modeling_glm4v_moe.py (text)
final class GlmMoeText implements TextReader {
    private static final double PARTLY = 0.5;

    @Override
    public List<String> modelTypes() {
        return List.of("glm4v_moe_text");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        if (config.flag("use_qk_norm", false)) {
            throw config.refused("use_qk_norm", "false");
        }
        int hidden = config.positive("hidden_size", 4096);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-5));
        TokenMixer attention = attention(config, hidden);
        Activation activation = config.activation("hidden_act", Activation.SILU);
        FeedForward mlp = new GatedMlp(hidden, config.positive("intermediate_size", 10_944), activation, false);
        FeedForward experts = experts(config, hidden, activation);
        int dense = config.natural("first_k_dense_replace", 1);
        List<DecoderLayer> layers = IntStream.range(0, config.positive("num_hidden_layers", 46))
                .<DecoderLayer>mapToObj(
                        layer -> new ResidualLayer(attention, layer < dense ? mlp : experts, Norms.pre(norm)))
                .toList();
        return new TextModel(
                hidden,
                config.positive("vocab_size", 151_424),
                config.positive("max_position_embeddings", 65_536),
                Embedding.PLAIN,
                layers,
                Set.of(),
                norm,
                Head.plain(tied));
    }

    private static TokenMixer attention(ModelConfig config, int hidden) {
        int heads = config.positive("num_attention_heads", 96);
        int size = config.positive("head_dim", hidden / heads);
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", 8), size, (float) (1 / Math.sqrt(size)), 0, 0);
        return new GroupedQueryAttention(
                grouped,
                config.flag("attention_bias", true),
                false,
                null,
                new RopeTables("rope", GlmText.rope(config, size, PARTLY)),
                false);
    }

    private static FeedForward experts(ModelConfig config, int hidden, Activation activation) {
        config.requireOnly("n_group", 1);
        config.requireOnly("topk_group", 1);
        int count = config.positive("n_routed_experts", 128);
        int perToken = config.positive("num_experts_per_tok", 8);
        if (perToken > count) {
            throw config.refused("num_experts_per_tok", "at most as many as there are experts, " + count);
        }
        int inner = config.positive("moe_intermediate_size", 1408);
        FeedForward chosen = new MixtureOfExperts(
                new SigmoidRouter(
                        count,
                        perToken,
                        config.flag("norm_topk_prob", true),
                        (float) config.number("routed_scaling_factor", 1),
                        ExpertGroups.ONE),
                new ListedExperts(hidden, inner, activation));
        FeedForward shared = new GatedMlp(
                "mlp.shared_experts", hidden, inner * config.positive("n_shared_experts", 1), activation, false);
        return new SummedFeedForward(chosen, shared);
    }
}
