package dev.embedonce.vlm.family.idefics2;

import dev.embedonce.graph.blocks.NameLayout;
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
 * {@code model_type} idefics2. Where references disagree: positions are those of transformers 5.23, from which older
 * versions differ by roundings; where a config does not say the resampler's epsilon, it is the language model's, as it
 * was when the models were published (since 4.57 it is 1e-6 if the widths are equal); and a picture that is all zeros
 * is a picture, not padding.
 */
// Source: transformers 5.23, models/idefics2/modeling_idefics2.py, processing_idefics2.py; 4.45 for the epsilon
public final class Idefics2 implements Family {
    private static final List<NameLayout> LANGUAGE = List.of(LanguageLayouts.under("model.text_model.", ""));

    @Override
    public String name() {
        return "idefics2";
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.of("{% for message in messages %}{{message['role'].capitalize()}}"
                + "{% if message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}{% endif %}"
                + "{% for line in message['content'] %}"
                + "{% if line['type'] == 'text' %}{{line['text']}}"
                + "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}"
                + "{% endfor %}<end_of_utterance>\n{% endfor %}"
                + "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = config.natural("image_token_id", 32_001);
        int patch = Idefics2Tower.siglip(config).patchSize();
        int latents = Idefics2Tower.resampler(config).latents();
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> Idefics2Processor.read(files.imageProcessor(), options.pixels(), patch),
                        tensors -> Idefics2Pictures.split(tensors, 1)),
                Idefics2Tower.open(files, options),
                Idefics2Prompts.read(files, imageTokenId, latents),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }
}
