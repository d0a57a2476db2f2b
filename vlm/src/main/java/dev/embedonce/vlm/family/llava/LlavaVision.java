package dev.embedonce.vlm.family.llava;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProjectedClip;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.TowerLayouts;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;

/** CLIP and a projector, for one square picture. */
// Source: transformers 5.23, models/llava/modeling_llava.py, LlavaModel.get_image_features
final class LlavaVision {
    private static final int REVISION = 1;

    private LlavaVision() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ProjectedClip tower = ProjectedClip.read(config);
        TowerBuilder builder = new TowerBuilder(
                "llava.vision",
                REVISION,
                config,
                files,
                options,
                TowerLayouts.LLAVA,
                ProjectedClip.probes().toArray(String[]::new));
        int size = tower.clip().imageSize();
        Value pixels = builder.ops()
                .graph()
                .input("pixel_values", TensorType.F32, Dim.free("batch"), Dim.of(3), Dim.of(size), Dim.of(size));
        builder.output(VisionFeatures.FEATURES, tower.apply(builder, pixels), tower.hidden());
        return builder.open(ProcessedImage::inputs);
    }
}
