package dev.embedonce.vlm.family.qwen3_vl_moe;

import dev.embedonce.vlm.family.DeepstackModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;

/**
 * {@code model_type} qwen3_vl_moe: all but the feed-forward networks as in qwen3_vl. Still pictures; videos are not
 * supported, nor are weights in 8-bit floats.
 */
// Source: transformers 5.23, models/qwen3_vl_moe/modeling_qwen3_vl_moe.py, models/qwen3_vl/processing_qwen3_vl.py
public final class Qwen3VlMoe implements Family {
    @Override
    public String name() {
        return "qwen3_vl_moe";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return DeepstackModels.open(files, options);
    }
}
