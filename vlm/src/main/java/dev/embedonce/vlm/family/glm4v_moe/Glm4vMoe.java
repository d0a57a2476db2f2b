package dev.embedonce.vlm.family.glm4v_moe;

import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.GlmModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.Glm4vVision;

/** {@code model_type} glm4v_moe: GLM-4.5V. Still pictures; videos are not supported. */
// Source: transformers 5.23, models/glm4v_moe/modeling_glm4v_moe.py, models/glm4v/processing_glm4v.py
public final class Glm4vMoe implements Family {
    private static final int IMAGE_TOKEN = 151_363;

    @Override
    public String name() {
        return "glm4v_moe";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return GlmModels.open(
                files,
                options,
                IMAGE_TOKEN,
                (from, with, processor) -> Glm4vVision.open(name(), from, with, processor));
    }
}
