package dev.embedonce.vlm.family.llava_bunny;

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
import dev.embedonce.vlm.vision.PlainProcessing;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * {@code model_type} llava-qwen2 (nanoLLaVA), bunny-qwen2 and bunny-llama, published with code of their own; all
 * settings are at the top of the config. Bunny's other language models are not supported. (mlx-vlm has another GELU in
 * the tower, does not leave its last layer out, and takes one picture a prompt.)
 */
// Source: BAAI-DCAI/Bunny, bunny/model/bunny_arch.py, bunny/conversation.py
public final class LlavaBunny implements Family {
    /** The kinds of language model, by {@code model_type}. */
    private static final Map<String, String> TEXTS =
            Map.of("llava-qwen2", "qwen2", "bunny-qwen2", "qwen2", "bunny-llama", "llama");

    @Override
    public String name() {
        return "llava_bunny";
    }

    @Override
    public List<String> modelTypes() {
        return TEXTS.keySet().stream().sorted().toList();
    }

    @Override
    public MessageContent messageContent() {
        return MessageContent.joined(image -> BunnyPrompts.IMAGE + "\n");
    }

    /** Bunny's; nanoLLaVA is published with its own. */
    @Override
    public Optional<String> chatTemplate() {
        return Optional.of("{% if messages[0]['role'] != 'system' %}"
                + "A chat between a curious user and an artificial intelligence assistant. "
                + "The assistant gives helpful, detailed, and polite answers to the user's questions. {% endif %}"
                + "{% for message in messages %}"
                + "{% if message['role'] == 'system' %}{{ message['content'] + ' ' }}"
                + "{% elif message['role'] == 'user' %}{{ 'USER: ' + message['content'] + ' ' }}"
                + "{% else %}{{ 'ASSISTANT: ' + message['content'] + eos_token }}{% endif %}{% endfor %}"
                + "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readAs(Objects.requireNonNull(TEXTS.get(config.text("model_type"))), config);
        int side = BunnyTower.siglip(config).imageSize();
        return FamilyModel.open(
                FamilyImages.of(
                        files, () -> BunnyPictures.read(files, options.pixels(), side), PlainProcessing::pictures),
                BunnyTower.open(files, options, text.hiddenSize()),
                new BunnyPrompts(),
                () -> TextDecoder.open(files, options, LanguageLayouts.QWEN2, text));
    }
}
