package dev.embedonce.vlm.family.paligemma;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.TowerLayouts;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;

/**
 * SigLIP and one linear layer: float32 {@code [patches, hidden]} a picture. (Transformers 4.x divided them by the root
 * of hidden, and multiplied all embeddings by it after that.)
 */
// Source: transformers 5.23, models/paligemma/modeling_paligemma.py, PaliGemmaModel.get_image_features
final class PaliGemmaVision {
    private static final int REVISION = 1;

    private PaliGemmaVision() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options, int hidden) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "siglip_vision_model");
        SiglipVision siglip = SiglipVision.read(vision);
        TowerBuilder builder = new TowerBuilder(
                "paligemma.vision",
                REVISION,
                config,
                files,
                options,
                TowerLayouts.LLAVA,
                "vision_tower.embeddings.patch_embedding.weight",
                "multi_modal_projector.linear.weight");
        int size = siglip.imageSize();
        Value pixels = builder.ops()
                .graph()
                .input("pixel_values", TensorType.F32, Dim.free("batch"), Dim.of(3), Dim.of(size), Dim.of(size));
        Value states = siglip.apply(builder, "vision_tower", pixels);
        TokenShape tokens = TokenShape.of(builder.ops(), states);
        int channels = siglip.channels();
        Value projected = Linear.of(builder.root().at("multi_modal_projector.linear"), channels, hidden, true)
                .apply(tokens.flat(states, channels));
        builder.output(VisionFeatures.FEATURES, tokens.batched(projected), hidden);
        return builder.open(ProcessedImage::inputs);
    }
}
