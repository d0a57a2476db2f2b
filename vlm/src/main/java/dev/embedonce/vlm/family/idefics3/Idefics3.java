package dev.embedonce.vlm.family.idefics3;

import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.SplitModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;

/** {@code model_type} idefics3. */
// Source: transformers 5.23, models/idefics3/modeling_idefics3.py, processing_idefics3.py
public final class Idefics3 implements Family {
    @Override
    public String name() {
        return "idefics3";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return SplitModels.open(files, options, name(), "Idefics3ImageProcessor");
    }
}
