package dev.embedonce.vlm.family.ernie4_5_moe_vl;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower.Geometry;
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
import dev.embedonce.vlm.vision.PatchProcessing;
import java.util.List;

/**
 * {@code model_type} ernie4_5_moe_vl, as published with code of its own, and ernie4_5_vl_moe, as transformers 5 has it:
 * a config with a {@code text_config}, the same tensors, a processor of its own. Still pictures; videos are refused.
 */
// Source: transformers 5.23, models/ernie4_5_vl_moe; vLLM, vllm/model_executor/models/ernie45_vl.py, ernie45_vl_moe.py
public final class Ernie45MoeVl implements Family {
    @Override
    public String name() {
        return "ernie4_5_moe_vl";
    }

    @Override
    public List<String> modelTypes() {
        return List.of(name(), "ernie4_5_vl_moe");
    }

    /** The name that templates of both kinds know. */
    @Override
    public MessageContent messageContent() {
        return MessageContent.parts("image_url");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        FamilyImages<Geometry> images = FamilyImages.of(
                files,
                () -> ErnieProcessor.read(files, options.pixels()),
                PatchProcessing::geometry,
                geometry -> PatchProcessing::pictures,
                () -> ErnieVision.geometry(config.object("vision_config")));
        return FamilyModel.open(
                images.processing(),
                ErnieVision.open(files, options, images.geometry()),
                ErniePrompts.read(config, images.geometry().merge()),
                () -> TextDecoder.open(files, options, LanguageLayouts.QWEN2, text));
    }
}
