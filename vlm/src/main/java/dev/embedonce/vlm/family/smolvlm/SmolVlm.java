package dev.embedonce.vlm.family.smolvlm;

import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.SplitModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;

/** {@code model_type} smolvlm. Still pictures; videos are not supported. */
// Source: transformers 5.23, models/smolvlm/modeling_smolvlm.py, processing_smolvlm.py
public final class SmolVlm implements Family {
    @Override
    public String name() {
        return "smolvlm";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return SplitModels.open(files, options, name(), "SmolVLMImageProcessor");
    }
}
