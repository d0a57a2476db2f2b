package dev.embedonce.vlm.family.qwen3_5;

import dev.embedonce.vlm.family.DeepstackModels;
import dev.embedonce.vlm.family.DeepstackModels.Silent;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;

/**
 * {@code model_type} qwen3_5. Still pictures; videos are not supported. The weights of multi-token prediction
 * ({@code mtp.*}) are passed over; models with experts ({@code qwen3_5_moe}) are another family.
 */
// Source: transformers 5.23, models/qwen3_5/modeling_qwen3_5.py; models/qwen3_vl/processing_qwen3_vl.py
public final class Qwen35 implements Family {
    private static final Silent SILENT = new Silent("qwen3_5.vision", List.of(), 248_056);

    @Override
    public String name() {
        return "qwen3_5";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return DeepstackModels.open(files, options, SILENT);
    }
}
