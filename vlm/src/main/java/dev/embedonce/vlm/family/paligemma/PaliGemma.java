package dev.embedonce.vlm.family.paligemma;

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
import dev.embedonce.vlm.prompt.ImageToken;
import dev.embedonce.vlm.vision.PlainProcessing;
import java.util.Optional;

/**
 * {@code model_type} paligemma, PaliGemma and PaliGemma 2. The tokens of a prompt attend to each other in both
 * directions, and an answer's to all before them; a prompt has one picture at least.
 *
 * <p>In PaliGemma 2 half the layers have a sliding window: an answer's tokens attend no further back there, but those
 * of the prompt attend to all of it, as in transformers 5.23. That matters only to prompts of more than 4096 tokens
 * (pictures of 896 pixels): big_vision, by which the models were trained, has no windows, and transformers 4.x cuts
 * prompts too.
 */
// Source: transformers 5.23, models/paligemma/modeling_paligemma.py, processing_paligemma.py
public final class PaliGemma implements Family {
    @Override
    public String name() {
        return "paligemma";
    }

    /** The pictures of all messages, then the text of the last: the model knows no conversations. */
    @Override
    public Optional<String> chatTemplate() {
        return Optional.of("{%- for message in messages -%}{%- for part in message['content'] -%}"
                + "{%- if part['type'] == 'image' -%}<image>{%- endif -%}{%- endfor -%}{%- endfor -%}"
                + "{%- for part in messages[-1]['content'] -%}"
                + "{%- if part['type'] == 'text' -%}{{ part['text'] }}{%- endif -%}{%- endfor -%}");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> PlainProcessing.read(files.directory(), options.pixels()),
                        PlainProcessing::pictures),
                PaliGemmaVision.open(files, options, text.hiddenSize()),
                PaliGemmaPrompts.read(files, ImageToken.id(config, 256_000)),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }
}
