package dev.embedonce.vlm.family.smolvlm;

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

/** {@code model_type} smolvlm. Still pictures; videos are not supported. */
// Source: transformers 5.23, models/smolvlm/modeling_smolvlm.py, processing_smolvlm.py
public final class SmolVlm implements Family {
    private static final List<NameLayout> LANGUAGE =
            List.of(name -> name.startsWith("lm_head") ? name : "model.text_model." + name);

    @Override
    public String modelType() {
        return "smolvlm";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        DecoderConfig text = TextConfigs.readOf(config);
        int imageTokenId = config.natural("image_token_id", 128_257);
        SplitProcessing images =
                SplitProcessing.read("smolvlm", "SmolVLMImageProcessor", files.imageProcessor(), options.pixels());
        return FamilyModel.open(
                images,
                ShuffledSiglip.open("smolvlm.vision", files, options, images.side()),
                new SplitPrompts(imageTokenId),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }
}
