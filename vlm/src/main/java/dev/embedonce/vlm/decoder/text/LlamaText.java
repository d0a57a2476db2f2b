package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;

/** Llama. */
// Source: transformers 5.23, models/llama/configuration_llama.py
final class LlamaText implements TextReader {
    @Override
    public List<String> modelTypes() {
        return List.of("llama");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        boolean bias = config.flag("attention_bias", false);
        boolean mlpBias = config.flag("mlp_bias", false);
        return new LlamaKind(11_008, 32_000, 2048, 0, 10_000, 0, bias, bias, false, mlpBias, 0).read(config, tied);
    }
}
