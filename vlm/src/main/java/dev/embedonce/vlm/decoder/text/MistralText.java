package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;

/** Mistral, with sliding-window attention in all layers if the config gives a window. */
// Source: transformers 5.23, models/mistral/configuration_mistral.py
final class MistralText implements TextReader {
    @Override
    public List<String> modelTypes() {
        return List.of("mistral");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        int window = config.has("sliding_window") ? config.positive("sliding_window") : 0;
        boolean mlpBias = config.flag("mlp_bias", false);
        return new LlamaKind(14_336, 32_000, 131_072, 8, 10_000, 0, false, false, false, mlpBias, window)
                .read(config, tied);
    }
}
