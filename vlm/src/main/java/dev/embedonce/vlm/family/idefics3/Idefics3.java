package dev.embedonce.vlm.family.idefics3;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.decoder.DecoderConfig;
import dev.embedonce.vlm.decoder.TextConfigs;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.FamilyOptions;
import dev.embedonce.vlm.prompt.SplitPrompts;
import dev.embedonce.vlm.vision.ShuffledSiglip;
import dev.embedonce.vlm.vision.SplitProcessing;
import java.util.List;

/** {@code model_type} idefics3. */
// Source: transformers 5.23, models/idefics3/modeling_idefics3.py, processing_idefics3.py
public final class Idefics3 implements Family {
    private static final List<NameLayout> LANGUAGE =
            List.of(name -> name.startsWith("lm_head") ? name : "model.text_model." + name);

    @Override
    public String modelType() {
        return "idefics3";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        DecoderConfig text = TextConfigs.readOf(config);
        int imageTokenId = config.natural("image_token_id", 128_257);
        SplitProcessing images =
                SplitProcessing.read("idefics3", "Idefics3ImageProcessor", files.imageProcessor(), options.pixels());
        return FamilyModel.open(
                images,
                ShuffledSiglip.open("idefics3.vision", files, options, images.side()),
                new SplitPrompts(imageTokenId),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }
}
