package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FusedGatedMlp;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import dev.embedonce.vlm.decoder.rope.Rotary;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * GLM-4 within GLM-4.1V, and GLM-OCR's: sandwich norms, M-RoPE in sections over pairs of neighbouring channels, gate
 * and up of the MLP in one tensor.
 */
// Source: transformers 5.23, models/glm4v/configuration_glm4v.py, models/glm_ocr/configuration_glm_ocr.py (text)
final class GlmText implements TextReader {
    private static final String OCR = "glm_ocr_text";
    private static final double THETA = 10_000;
    private static final String FACTOR = "partial_rotary_factor";

    @Override
    public List<String> modelTypes() {
        return List.of("glm4v_text", OCR);
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        boolean ocr = config.text("model_type").equals(OCR);
        int hidden = config.positive("hidden_size", ocr ? 1024 : 4096);
        int heads = config.positive("num_attention_heads", ocr ? 16 : 32);
        int size = config.positive("head_dim", hidden / heads);
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", ocr ? 8 : 2), size, (float) (1 / Math.sqrt(size)), 0, 0);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-5));
        DecoderLayer layer = new ResidualLayer(
                new GroupedQueryAttention(
                        grouped, !ocr, false, null, new RopeTables("rope", rope(config, size, 1), true), false),
                new FusedGatedMlp(
                        hidden,
                        config.positive("intermediate_size", ocr ? 4096 : 13_696),
                        config.activation("hidden_act", Activation.SILU)),
                new Norms(
                        norm,
                        "input_layernorm",
                        "post_self_attn_layernorm",
                        "post_attention_layernorm",
                        "post_mlp_layernorm"));
        return new TextModel(
                hidden,
                config.positive("vocab_size", ocr ? 59_392 : 151_552),
                config.positive("max_position_embeddings", ocr ? 131_072 : 32_768),
                Embedding.PLAIN,
                Collections.nCopies(config.positive("num_hidden_layers", ocr ? 16 : 40), layer),
                Set.of(),
                norm,
                Head.plain(tied));
    }

    /**
     * Rotary positions of a part of each head, in sections over three axes.
     *
     * @param size channels of a head
     * @param partly which part, where the config is silent
     */
    static Rotary rope(ModelConfig config, int size, double partly) {
        ModelConfig parameters =
                config.optionalObject(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
        parameters.positives("mrope_section"); // one axis alone would be something else
        ModelConfig says = parameters.has(FACTOR) ? parameters : config;
        int rotated = (int) (size * says.number(FACTOR, partly));
        if (rotated < 2 || rotated > size || rotated % 2 != 0) {
            throw says.refused(FACTOR, "an even number of the " + size + " channels of a head");
        }
        return Rotaries.read(config, rotated, THETA);
    }
}
