package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.ListedExperts;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;

/**
 * Qwen3 with a mixture of experts, each a module of its own, as within Qwen3-Omni's thinker. M-RoPE is interleaved
 * whatever the config says in transformers, so one that does not say so is refused.
 */
// Source: transformers 5.23, models/qwen3_omni_moe/configuration_qwen3_omni_moe.py, Qwen3OmniMoeThinkerTextModel
final class Qwen3OmniText implements TextReader {
    /** The second is what mlx-vlm takes published configs to say. */
    @Override
    public List<String> modelTypes() {
        return List.of("qwen3_omni_moe_text", "qwen3_omni_moe_text_encoder");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        ModelConfig rope = config.optionalObject(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
        rope.positives("mrope_section");
        if (!rope.flag("mrope_interleaved", false)) {
            throw rope.refused("mrope_interleaved", "true");
        }
        return Qwen3MoeText.read(
                config,
                tied,
                1_000_000,
                config.flag("norm_topk_prob", true),
                (count, hidden, inner, activation) -> new ListedExperts(hidden, inner, activation));
    }
}
