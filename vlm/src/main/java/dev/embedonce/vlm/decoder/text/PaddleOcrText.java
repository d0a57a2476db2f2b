package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;

/**
 * ERNIE 4.5 within PaddleOCR-VL: M-RoPE in sections over the halves of heads, which the language model alone rotates by
 * pairs.
 */
// Source: transformers 5.23, models/paddleocr_vl/configuration_paddleocr_vl.py, modeling_paddleocr_vl.py (text)
final class PaddleOcrText implements TextReader {
    @Override
    public List<String> modelTypes() {
        return List.of("paddleocr_vl", "paddleocr_vl_text");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        config.number("rms_norm_eps"); // published code and transformers differ where it is missing
        config.optionalObject(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling")
                .positives("mrope_section"); // one axis alone would be something else
        boolean bias = config.flag("use_bias", false);
        return new LlamaKind(3072, 103_424, 131_072, 0, 500_000, 128, bias, bias, false, bias, 0).read(config, tied);
    }
}
