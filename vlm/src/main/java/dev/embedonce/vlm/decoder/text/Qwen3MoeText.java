package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.ExpertWeights;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.SoftmaxRouter;
import dev.embedonce.vlm.decoder.layer.StackedExperts;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;

/**
 * Qwen3 with a mixture of experts, as within Qwen3-VL-MoE; some layers may have an MLP instead. The weights of the
 * chosen experts always sum to 1, as in transformers, which does not read {@code norm_topk_prob}; a config that says
 * otherwise is refused. Sizes have no default: those of transformers are of no published model.
 */
// Source: transformers 5.23, models/qwen3_vl_moe/configuration_qwen3_vl_moe.py, Qwen3VLMoeTextDecoderLayer
final class Qwen3MoeText implements TextReader {
    private static final List<String> SIZES = List.of(
            "max_position_embeddings", "num_attention_heads", "num_hidden_layers", "num_key_value_heads", "vocab_size");

    @Override
    public List<String> modelTypes() {
        return List.of("qwen3_vl_moe_text");
    }

    /** Makes the experts of a layer. */
    @FunctionalInterface
    interface ExpertFactory {
        ExpertWeights of(int count, int hiddenSize, int intermediateSize, Activation activation);
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        if (!config.flag("norm_topk_prob", true)) {
            throw config.refused("norm_topk_prob", "true (nothing else is supported)");
        }
        return read(config, tied, 500_000, true, StackedExperts::new);
    }

    /**
     * Reads a model of the kind.
     *
     * @param theta where the config is silent
     * @param normalised whether the weights of the chosen experts are made to sum to 1
     */
    static TextModel read(ModelConfig config, boolean tied, double theta, boolean normalised, ExpertFactory experts) {
        Qwen2Text.refuseWindows(config);
        SIZES.forEach(config::positive);
        int count = config.positive(config.has("num_local_experts") ? "num_local_experts" : "num_experts");
        int perToken = config.positive("num_experts_per_tok");
        if (perToken > count) {
            throw config.refused("num_experts_per_tok", "at most as many as there are experts, " + count);
        }
        int hidden = config.positive("hidden_size");
        Activation activation = config.activation("hidden_act", Activation.SILU);
        FeedForward mixture = new MixtureOfExperts(
                new SoftmaxRouter(count, perToken, normalised),
                experts.of(count, hidden, config.positive("moe_intermediate_size"), activation));
        List<Integer> dense = config.integers("mlp_only_layers", List.of());
        int every = config.positive("decoder_sparse_step", 1);
        boolean bias = config.flag("attention_bias", false);
        return new LlamaKind(0, 0, 0, 0, theta, 0, bias, bias, true, false, 0)
                .read(
                        config,
                        tied,
                        layer -> dense.contains(layer) || (layer + 1) % every != 0
                                ? new GatedMlp(hidden, config.positive("intermediate_size"), activation, false)
                                : mixture);
    }
}
