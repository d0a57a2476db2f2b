package dev.embedonce.vlm.family.deepseek_vl_v2;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.chat.MessageContent;
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
 * {@code model_type} deepseek_vl_v2, which is published with code of its own: tiny has plain attention, small and the
 * largest latent attention. Tokens for grounding are text.
 */
// Source: deepseek-ai/DeepSeek-VL2, deepseek_vl2/models
public final class DeepseekVlV2 implements Family {
    private static final List<NameLayout> LANGUAGE = List.of(LanguageLayouts.under("language.model.", "language."));

    /** The conversation {@code deepseek}. */
    private static final String TEMPLATE = "{{ bos_token }}{% for message in messages %}"
            + "{% if message['role'] == 'user' %}"
            + "{{ '<|User|>: ' + message['content'] | trim + '\n\n<|Assistant|>:' }}"
            + "{% elif message['role'] == 'assistant' %}{{ message['content'] | trim + eos_token }}"
            + "{% else %}{{ message['content'] | trim }}{% endif %}{% endfor %}";

    @Override
    public String name() {
        return "deepseek_vl_v2";
    }

    @Override
    public List<String> addedTokens() {
        return List.of(
                DeepseekVlV2Prompts.IMAGE,
                "<|ref|>",
                "<|/ref|>",
                "<|det|>",
                "<|/det|>",
                "<|grounding|>",
                "<|User|>",
                "<|Assistant|>");
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.of(TEMPLATE);
    }

    @Override
    public MessageContent messageContent() {
        return MessageContent.joined(image -> DeepseekVlV2Prompts.IMAGE + "\n");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        ModelConfig language = config.object("language_config");
        language.oneOf("model_type", "deepseek_v2");
        TextModel text = TextModels.readAs("deepseek_v2", language);
        DeepseekVlV2Tower tower = DeepseekVlV2Tower.read(files, text.hiddenSize());
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> DeepseekVlV2Processor.read(files, options.pixels(), tower),
                        DeepseekVlV2Processor::pictures),
                tower.open(files, options),
                DeepseekVlV2Prompts.read(files),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }
}
