package dev.embedonce.vlm.family.gemma3;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
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

/** SigLIP's tokens, averaged in squares, normalised and projected; those of crops after those of the whole picture. */
// Source: transformers 5.23, models/gemma3/modeling_gemma3.py, Gemma3MultiModalProjector
final class Gemma3Vision {
    private static final int REVISION = 1;

    private Gemma3Vision() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "siglip_vision_model");
        SiglipVision siglip = SiglipVision.read(vision);
        int tokens = config.positive("mm_tokens_per_image", 256);
        int hidden = config.object("text_config").positive("hidden_size", 2304);
        int side = (int) Math.sqrt(tokens);
        if (side * side != tokens || siglip.side() % side != 0) {
            throw config.refused(
                    "mm_tokens_per_image",
                    "the square of a number that " + siglip.side() + " patches are divisible by");
        }
        TowerBuilder builder = new TowerBuilder(
                "gemma3.vision",
                REVISION,
                config,
                files,
                options,
                TowerLayouts.LLAVA,
                "vision_tower.embeddings.patch_embedding.weight",
                "multi_modal_projector.mm_input_projection_weight");
        Ops ops = builder.ops();
        int size = siglip.imageSize();
        Value pixels = ops.graph()
                .input(
                        "pixel_values",
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.free("crops"),
                        Dim.of(3),
                        Dim.of(size),
                        Dim.of(size));
        Value states = siglip.apply(builder, "vision_tower", ops.reshape(pixels, -1, 3, size, size));
        int channels = siglip.channels();
        Value pooled = averaged(ops, states, side, siglip.side() / side, channels);
        Scope projector = builder.root().at("multi_modal_projector");
        Value normed = Norm.rms(projector.at("mm_soft_emb_norm"), pooled, channels, siglip.epsilon(), 1);
        Value projected = ops.matMul(normed, projector.weight("mm_input_projection_weight", channels, hidden));
        Value shape = ops.concat(0, ops.dim(pixels, 0), ops.graph().constant(-1, hidden));
        builder.output(VisionFeatures.FEATURES, ops.reshape(projected, shape), hidden);
        return builder.open(ProcessedImage::inputs);
    }

    /**
     * The means of square parts of the grid of patches.
     *
     * @param x float32 {@code [pictures, (side * square)^2, channels]}
     * @return float32 {@code [pictures * side * side, channels]}
     */
    private static Value averaged(Ops ops, Value x, int side, int square, int channels) {
        Value squares = ops.reshape(x, -1, side, square, side, square, channels);
        return ops.reshape(ops.mean(squares, false, 2, 4), -1, channels);
    }
}
