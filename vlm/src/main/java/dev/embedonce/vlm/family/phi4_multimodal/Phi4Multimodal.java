package dev.embedonce.vlm.family.phi4_multimodal;

import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Phi4Models;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.Phi4Prompts;
import dev.embedonce.vlm.vision.Phi4Processing;
import dev.embedonce.vlm.vision.Phi4Vision;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * {@code model_type} phi4_multimodal, in the layout of transformers, whose checkpoints have no LoRA: transformers loads
 * it as an adapter from a folder of its own if it is told to, and without it here.
 */
// Source: transformers 5.23, models/phi4_multimodal/modeling_phi4_multimodal.py, processing_phi4_multimodal.py
public final class Phi4Multimodal implements Family {
    @Override
    public String name() {
        return "phi4_multimodal";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        Phi4Vision tower = Phi4Vision.read(files);
        String image = files.token("tokenizer_config.json", "image_token", "<|image|>");
        int imageTokenId = files.config().object("vision_config").natural("image_token_id", 200_010);
        return Phi4Models.open(
                files,
                options,
                name(),
                tower,
                () -> Phi4Processing.read(name(), files.imageProcessor(), options.pixels(), tower),
                new Phi4Prompts(Pattern.compile(Pattern.quote(image)), image, OptionalLong.of(imageTokenId)),
                LanguageLayouts.QWEN2);
    }
}
