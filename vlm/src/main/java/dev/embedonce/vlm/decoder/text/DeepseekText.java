package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.ExpertGroups;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.LatentAttention;
import dev.embedonce.vlm.decoder.layer.ListedExperts;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.Router;
import dev.embedonce.vlm.decoder.layer.SigmoidRouter;
import dev.embedonce.vlm.decoder.layer.SoftmaxRouter;
import dev.embedonce.vlm.decoder.layer.SummedFeedForward;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TokenMixer;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * DeepSeek-V2 and -V3: pre-norm layers of latent attention, or of plain attention where the config says so; an MLP in
 * the first layers, in the others experts beside shared ones. A {@code q_lora_rank} that is missing counts as null:
 * queries that are no projections of a latent. Layers after the last, for multi-token prediction, are passed over.
 */
// Source: transformers 5.23, models/deepseek_v3, models/deepseek_v2; deepseek-ai/DeepSeek-VL2,
// deepseek_vl2/models/configuration_deepseek.py, modeling_deepseek.py
final class DeepseekText implements TextReader {
    private static final String V2 = "deepseek_v2";
    private static final String V3 = "deepseek_v3";
    private static final double THETA = 10_000;
    /** Of the norms of latents, for which no config has a field. */
    private static final RmsNorm LATENT_NORM = new RmsNorm(1e-6);

    @Override
    public List<String> modelTypes() {
        return List.of(V2, V3);
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        boolean third = config.text("model_type", V2).equals(V3);
        int hidden = config.positive("hidden_size", third ? 7168 : 4096);
        int heads = config.positive("num_attention_heads", third ? 128 : 32);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6));
        TokenMixer attention = config.flag("use_mla", true) ? latent(config, heads) : plain(config, hidden, heads);
        Activation activation = config.activation("hidden_act", Activation.SILU);
        FeedForward mlp =
                new GatedMlp(hidden, config.positive("intermediate_size", third ? 18_432 : 11_008), activation, false);
        int experts = config.natural("n_routed_experts", third ? 256 : 0);
        FeedForward moe = experts == 0 ? mlp : experts(config, third, hidden, experts, activation);
        int dense = config.natural("first_k_dense_replace", third ? 3 : 0);
        List<DecoderLayer> layers = IntStream.range(0, config.positive("num_hidden_layers", third ? 61 : 30))
                .<DecoderLayer>mapToObj(
                        layer -> new ResidualLayer(attention, layer < dense ? mlp : moe, Norms.pre(norm)))
                .toList();
        return new TextModel(
                hidden,
                config.positive("vocab_size", third ? 129_280 : 102_400),
                config.positive("max_position_embeddings", third ? 4096 : 2048),
                Embedding.PLAIN,
                layers,
                Set.of(),
                norm,
                Head.plain(tied));
    }

    private static TokenMixer latent(ModelConfig config, int heads) {
        int keySize = config.positive("qk_nope_head_dim", 128);
        int ropeSize = config.positive("qk_rope_head_dim", 64);
        return new LatentAttention(
                heads,
                config.natural("q_lora_rank", 0),
                config.positive("kv_lora_rank", 512),
                keySize,
                ropeSize,
                config.positive("v_head_dim", 128),
                (float) (Rotaries.scoreFactor(config) / Math.sqrt(keySize + ropeSize)),
                config.flag("attention_bias", false),
                LATENT_NORM,
                new RopeTables("rope", Rotaries.read(config, ropeSize, THETA), config.flag("rope_interleave", true)));
    }

    private static TokenMixer plain(ModelConfig config, int hidden, int heads) {
        int size = hidden / heads;
        boolean bias = config.flag("attention_bias", false);
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", heads), size, (float) (1 / Math.sqrt(size)), 0, 0);
        return new GroupedQueryAttention(
                grouped, bias, bias, null, new RopeTables("rope", Rotaries.read(config, size, THETA)), false);
    }

    private static FeedForward experts(
            ModelConfig config, boolean third, int hidden, int count, Activation activation) {
        config.requireOnly("moe_layer_freq", 1);
        int inner = config.positive("moe_intermediate_size", third ? 2048 : 1407);
        FeedForward chosen =
                new MixtureOfExperts(router(config, third, count), new ListedExperts(hidden, inner, activation));
        int shared = config.natural("n_shared_experts", third ? 1 : 0);
        return shared == 0
                ? chosen
                : new SummedFeedForward(
                        chosen, new GatedMlp("mlp.shared_experts", hidden, inner * shared, activation, false));
    }

    private static Router router(ModelConfig config, boolean third, int experts) {
        boolean normalised = config.flag("norm_topk_prob", third);
        float factor = (float) config.number("routed_scaling_factor", third ? 2.5 : 1);
        String scores = config.text("scoring_func", third ? "sigmoid" : "softmax");
        String method = config.text("topk_method", third ? "noaux_tc" : "greedy");
        if (scores.equals("sigmoid") && method.equals("noaux_tc")) {
            ExpertGroups groups = groups(config, experts, third ? 8 : 1, third ? 4 : 1, 2);
            return new SigmoidRouter(experts, perToken(config, third, experts, groups), normalised, factor, groups);
        }
        if (scores.equals("softmax")
                && List.of("greedy", "group_limited_greedy").contains(method)) {
            ExpertGroups groups = method.equals("greedy") ? ExpertGroups.ONE : groups(config, experts, 1, 1, 1);
            return new SoftmaxRouter(experts, perToken(config, third, experts, groups), normalised, factor, groups);
        }
        throw config.refused("topk_method", "noaux_tc with sigmoid, greedy or group_limited_greedy with softmax");
    }

    /**
     * The groups that experts are chosen by.
     *
     * @param summed how many of a group's highest scores are summed to the group's own
     */
    private static ExpertGroups groups(ModelConfig config, int experts, int groups, int chosen, int summed) {
        int count = config.positive("n_group", groups);
        int most = config.positive("topk_group", chosen);
        if (count > 1 && (experts % count != 0 || experts / count < summed)) {
            throw config.refused("n_group", "groups of equally many of the " + experts + " experts");
        }
        if (most > count) {
            throw config.refused("topk_group", "at most as many as there are groups, " + count);
        }
        return new ExpertGroups(count, most, summed);
    }

    private static int perToken(ModelConfig config, boolean third, int experts, ExpertGroups groups) {
        String name = "num_experts_per_tok";
        int perToken = third ? config.positive(name, 8) : config.positive(name);
        int most = experts / groups.groups() * groups.chosen();
        if (perToken > most) {
            throw config.refused(name, "at most as many as there are experts to choose from, " + most);
        }
        return perToken;
    }
}
