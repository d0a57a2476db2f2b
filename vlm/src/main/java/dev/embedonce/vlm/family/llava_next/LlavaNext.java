package dev.embedonce.vlm.family.llava_next;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.decoder.DecoderConfig;
import dev.embedonce.vlm.decoder.TextConfigs;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.FamilyOptions;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.ProjectedClip;
import java.util.List;

/**
 * {@code model_type} llava_next, with CLIP's tower. As transformers, and unlike mlx-vlm, what padding fills is cut away by the
 * picture's size.
 */
// Source: transformers 5.23, models/llava_next/modeling_llava_next.py, processing_llava_next.py
public final class LlavaNext implements Family {
    /** As published, and as transformers 5 has the modules. */
    private static final List<NameLayout> LANGUAGE = List.of(
            name -> name.startsWith("lm_head") ? "language_model." + name : "language_model.model." + name,
            name -> name.startsWith("lm_head") ? name : "model.language_model." + name);

    @Override
    public String modelType() {
        return "llava_next";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        DecoderConfig text = TextConfigs.readOf(config);
        int imageTokenId =
                config.natural(config.has("image_token_id") ? "image_token_id" : "image_token_index", 32_000);
        ProjectedClip tower = ProjectedClip.read(files.config());
        LlavaNextProcessor images =
                LlavaNextProcessor.read(files, options.pixels(), tower.clip().imageSize());
        return FamilyModel.open(
                images,
                LlavaNextVision.open(files, options),
                new RepeatedPlaceholder(files.imageToken("<image>"), imageTokenId),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }
}
