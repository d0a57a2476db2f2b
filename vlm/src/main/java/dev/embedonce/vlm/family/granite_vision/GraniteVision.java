package dev.embedonce.vlm.family.granite_vision;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.SiglipVision;
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
import dev.embedonce.vlm.prompt.Prompt.How;
import dev.embedonce.vlm.prompt.RepeatedPlaceholder;
import dev.embedonce.vlm.vision.GridPinpoints;
import dev.embedonce.vlm.vision.PinpointProcessing;
import java.util.List;

/**
 * Granite Vision, published as {@code model_type} llava_next with SigLIP's tower and Granite's language model;
 * converted files say granite_vision or granite-vision. Features are multiplied as token embeddings are. Logits are
 * divided by {@code logits_scaling}, as Granite's own class does and LLaVA-NeXT's of transformers 5.23 does not. As
 * transformers, and unlike mlx-vlm, what padding fills is cut away by the picture's size.
 */
// Source: transformers 5.23, models/llava_next/modeling_llava_next.py, processing_llava_next.py,
// models/granite/modeling_granite.py
public final class GraniteVision implements Family {
    @Override
    public String name() {
        return "granite_vision";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("llava_next", "granite_vision", "granite-vision");
    }

    @Override
    public boolean opens(ModelConfig config) {
        return config.optionalObject("vision_config").text("model_type", "").equals("siglip_vision_model")
                && config.optionalObject("text_config").text("model_type", "").equals("granite");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = ImageToken.id(config, 32_000);
        int side = SiglipVision.read(config.object("vision_config")).imageSize();
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> PinpointProcessing.read(name(), "LlavaNextImageProcessor", files, options.pixels(), side),
                        tensors -> PinpointProcessing.pictures(tensors, GridPinpoints.read(files.config(), side))),
                GraniteVisionTower.open(files, options),
                new RepeatedPlaceholder(files.imageToken("<image>"), imageTokenId, How.REPLACE_BEFORE_SCALING),
                () -> TextDecoder.open(files, options, LanguageLayouts.LLAVA, text));
    }
}
