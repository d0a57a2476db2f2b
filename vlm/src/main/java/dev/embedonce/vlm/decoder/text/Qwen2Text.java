package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;

/** Qwen2, alone and within Qwen2-VL and Qwen2.5-VL. */
// Source: transformers 5.23, models/qwen2/configuration_qwen2.py, models/qwen2_vl, models/qwen2_5_vl (text)
final class Qwen2Text implements TextReader {
    @Override
    public List<String> modelTypes() {
        return List.of("qwen2", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        refuseWindows(config);
        return new LlamaKind(22_016, 151_936, 32_768, 32, 10_000, 0, true, false, false, false, 0).read(config, tied);
    }

    /** Windows in some layers only are not built. */
    static void refuseWindows(ModelConfig config) {
        if (config.flag("use_sliding_window", false)) {
            throw config.refused("use_sliding_window", "false (windows in some layers only are not supported)");
        }
    }
}
