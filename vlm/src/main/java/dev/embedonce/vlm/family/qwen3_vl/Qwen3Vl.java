package dev.embedonce.vlm.family.qwen3_vl;

import dev.embedonce.vlm.family.DeepstackModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;

/** {@code model_type} qwen3_vl. Still pictures; videos are not supported. */
// Source: transformers 5.23, models/qwen3_vl/modeling_qwen3_vl.py, processing_qwen3_vl.py
public final class Qwen3Vl implements Family {
    @Override
    public String name() {
        return "qwen3_vl";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return DeepstackModels.open(files, options);
    }
}
