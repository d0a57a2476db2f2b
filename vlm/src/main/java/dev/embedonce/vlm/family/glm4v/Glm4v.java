package dev.embedonce.vlm.family.glm4v;

import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.GlmModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.Glm4vVision;

/** {@code model_type} glm4v: GLM-4.1V, not the older glm-4v. Still pictures; videos are not supported. */
// Source: transformers 5.23, models/glm4v/modeling_glm4v.py, processing_glm4v.py
public final class Glm4v implements Family {
    private static final int IMAGE_TOKEN = 151_343;

    @Override
    public String name() {
        return "glm4v";
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
