package dev.embedonce.vlm.family.qwen2_vl;

import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.PatchModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;

/** {@code model_type} qwen2_vl. Still pictures; videos are not supported. */
// Source: transformers 5.23, models/qwen2_vl/modeling_qwen2_vl.py, configuration_qwen2_vl.py
public final class Qwen2Vl implements Family {
    @Override
    public String name() {
        return "qwen2_vl";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return PatchModels.open(files, options, Qwen2VlVision::open);
    }
}
