package dev.embedonce.vlm.family.qwen2_5_vl;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.decoder.DecoderConfig;
import dev.embedonce.vlm.decoder.TextConfigs;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.FamilyOptions;
import dev.embedonce.vlm.prompt.GridPrompts;
import dev.embedonce.vlm.vision.PatchProcessing;
import java.util.List;

/** {@code model_type} qwen2_5_vl. Still pictures; videos are not supported. */
// Source: transformers 5.23, models/qwen2_5_vl/modeling_qwen2_5_vl.py, configuration_qwen2_5_vl.py
public final class Qwen25Vl implements Family {
    /** As published, and as transformers 5 has the modules. */
    private static final List<NameLayout> LANGUAGE = List.of(
            name -> name.startsWith("lm_head") ? name : "model." + name,
            name -> name.startsWith("lm_head") ? name : "model.language_model." + name);

    @Override
    public String modelType() {
        return "qwen2_5_vl";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        DecoderConfig text = TextConfigs.readOf(config);
        int imageTokenId = config.natural("image_token_id", 151_655);
        PatchProcessing images = PatchProcessing.read(files.imageProcessor(), options.pixels());
        return FamilyModel.open(
                images,
                Qwen25VlVision.open(files, options, images.geometry()),
                new GridPrompts("<|image_pad|>", imageTokenId, images.geometry().merge(), List.of()),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }
}
