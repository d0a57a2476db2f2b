package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;

/** Qwen3, alone and within Qwen3-VL. */
// Source: transformers 5.23, models/qwen3/configuration_qwen3.py, models/qwen3_vl (text)
final class Qwen3Text implements TextReader {
    @Override
    public List<String> modelTypes() {
        return List.of("qwen3", "qwen3_vl_text");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        Qwen2Text.refuseWindows(config);
        boolean bias = config.flag("attention_bias", false);
        return new LlamaKind(22_016, 151_936, 32_768, 32, 10_000, 128, bias, bias, true, false, 0).read(config, tied);
    }
}
