package dev.embedonce.vlm.family.glm_ocr;

import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.GlmModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;

/**
 * {@code model_type} glm_ocr. Still pictures; videos are not supported. The layer after the last, for multi-token
 * prediction, is passed over.
 */
// Source: transformers 5.23, models/glm_ocr/modeling_glm_ocr.py, models/glm46v/processing_glm46v.py
public final class GlmOcr implements Family {
    private static final int IMAGE_TOKEN = 59_280;

    @Override
    public String name() {
        return "glm_ocr";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return GlmModels.open(files, options, IMAGE_TOKEN, GlmOcrVision::open);
    }
}
