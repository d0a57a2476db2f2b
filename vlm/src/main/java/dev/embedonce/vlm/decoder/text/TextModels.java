package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The language models there are, by the {@code model_type} of their own config. */
public final class TextModels {
    private static final List<TextReader> ALL = List.of(
            new CohereText(),
            new DeepseekText(),
            new ErnieVlText(),
            new Gemma3Text(),
            new Gemma4Text(),
            new GemmaText(),
            new GlmMoeText(),
            new GlmText(),
            new GraniteText(),
            new Lfm2Text(),
            new LlamaText(),
            new MistralText(),
            new MllamaText(),
            new PaddleOcrText(),
            new PhiText(),
            new Qwen2Text(),
            new Qwen35Text(),
            new Qwen3MoeText(),
            new Qwen3OmniText(),
            new Qwen3Text());

    private TextModels() {}

    /**
     * Reads the language side of a whole config: its {@code text_config}, or the config itself where older ones have
     * all fields at the top. Whether the LM head is the embedding table stands at the top or, before transformers 5,
     * within.
     *
     * @throws dev.embedonce.error.ModelLoadException if the kind or a field is not supported
     */
    public static TextModel readOf(ModelConfig config) {
        ModelConfig text = config.has("text_config") ? config.object("text_config") : config;
        TextReader reader = reader(text);
        ModelConfig says = config.has("tie_word_embeddings") ? config : text;
        return reader.read(text, says.flag("tie_word_embeddings", reader.tiedByDefault()));
    }

    /**
     * Reads the config of a language model.
     *
     * @param config with {@code model_type}
     * @param tied whether the LM head is the embedding table
     * @throws dev.embedonce.error.ModelLoadException if the kind or a field is not supported
     */
    public static TextModel read(ModelConfig config, boolean tied) {
        return reader(config).read(config, tied);
    }

    /**
     * Reads the language side of a config that has all fields at the top and names no kind of language model.
     *
     * @param modelType the kind
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    public static TextModel readAs(String modelType, ModelConfig config) {
        TextReader reader = reader(modelType).orElseThrow();
        return reader.read(config, config.flag("tie_word_embeddings", reader.tiedByDefault()));
    }

    private static Optional<TextReader> reader(String modelType) {
        return ALL.stream()
                .filter(reader -> reader.modelTypes().contains(modelType))
                .findFirst();
    }

    private static TextReader reader(ModelConfig config) {
        return reader(config.text("model_type"))
                .orElseThrow(() -> config.refused(
                        "model_type",
                        ALL.stream()
                                .flatMap(reader -> reader.modelTypes().stream())
                                .sorted()
                                .collect(Collectors.joining(", "))));
    }
}
