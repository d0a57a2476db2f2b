package dev.embedonce.vlm.family.multi_modality;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;
import java.util.Optional;

/**
 * Janus and Janus-Pro: {@code model_type} multi_modality, published with code of its own, and janus, the layout of
 * transformers. They answer about pictures; drawing is not supported, and the tensors for it are passed over.
 * DeepSeek-VL and JanusFlow, which have the same {@code model_type}, are refused.
 */
// Source: deepseek-ai/Janus, janus/models/modeling_vlm.py, janus/utils/conversation.py; transformers 5.23,
// models/janus/modeling_janus.py
public final class MultiModality implements Family {
    private static final String TRANSFORMERS = "janus";

    /** The conversation {@code deepseek}; a system message takes the place of the processor's. */
    private static final String TEMPLATE = "{% if messages[0]['role'] != 'system' %}{{ '" + JanusPrompts.SYSTEM
            + "\n\n' }}{% endif %}"
            + "{% for message in messages %}{% set said = namespace(text='') %}"
            + "{% for part in message['content'] %}{% if part['type'] == 'text' %}"
            + "{% set said.text = said.text + part['text'] %}"
            + "{% else %}{% set said.text = said.text + '" + JanusPrompts.IMAGE + "\n' %}{% endif %}{% endfor %}"
            + "{% set text = said.text | trim %}"
            + "{% if message['role'] == 'system' %}{{ text + '\n\n' }}"
            + "{% elif message['role'] == 'user' %}{{ '<|User|>: ' + text + '\n\n' }}"
            + "{% else %}{{ '<|Assistant|>: ' + text + eos_token }}{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|Assistant|>:' }}{% endif %}";

    @Override
    public String name() {
        return "multi_modality";
    }

    @Override
    public List<String> modelTypes() {
        return List.of(TRANSFORMERS, name());
    }

    @Override
    public List<String> addedTokens() {
        return List.of(JanusPrompts.IMAGE);
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.of(TEMPLATE);
    }

    /** Whether a config is that of transformers. */
    static boolean isTransformers(ModelConfig config) {
        return config.text("model_type").equals(TRANSFORMERS);
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        TextModel text = text(files);
        JanusTower tower = JanusTower.read(files, text.hiddenSize());
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> JanusProcessor.read(files, options.pixels(), tower.imageSize()),
                        JanusProcessor::pictures),
                tower.open(files, options),
                JanusPrompts.read(files, tower.tokens()),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }

    /**
     * The language model. Configs of transformers say that its LM head is the embedding table, which holds for files
     * without a head.
     */
    private static TextModel text(FamilyFiles files) {
        ModelConfig config = files.config();
        if (isTransformers(config)) {
            return TextModels.read(
                    config.object("text_config"),
                    config.flag("tie_word_embeddings", true) && !files.weights().contains("lm_head.weight"));
        }
        if (!config.has("gen_vision_config")) {
            throw config.refused("gen_vision_config", "that of Janus (DeepSeek-VL and JanusFlow are not supported)");
        }
        ModelConfig language = config.object("language_config");
        language.oneOf("model_type", "llama");
        return TextModels.readAs("llama", language);
    }
}
