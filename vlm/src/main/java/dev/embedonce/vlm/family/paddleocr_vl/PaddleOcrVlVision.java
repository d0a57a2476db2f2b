package dev.embedonce.vlm.family.paddleocr_vl;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.ClipLayers;
import dev.embedonce.model.tower.LearnedTaps;
import dev.embedonce.model.tower.PatchAngles;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * The tower: SigLIP over packed patches, its learned positions interpolated to the picture's grid and rotary positions
 * by row and column besides; after the final norm a projector of another norm, merged patches and two linear layers.
 */
// Source: transformers 5.23, models/paddleocr_vl/modeling_paddleocr_vl.py, PaddleOCRVisionModel, PaddleOCRProjector
final class PaddleOcrVlVision {
    private static final int REVISION = 1;

    /** Of the projector's norm, for which no config has a field. */
    private static final double PROJECTOR_EPSILON = 1e-5;

    private static final String PROJECTOR = "projector";
    private static final String PATCH_EMBEDDING = "visual.vision_model.embeddings.patch_embedding";

    private static final NameLayout PUBLISHED =
            name -> name.startsWith(PROJECTOR) ? "mlp_AR" + name.substring(PROJECTOR.length()) : name;

    private PaddleOcrVlVision() {}

    /**
     * The geometry of a {@code vision_config}, whose {@code temporal_patch_size} is of videos: a picture is not
     * repeated.
     */
    static Geometry geometry(ModelConfig config) {
        return new Geometry(config.positive("patch_size"), config.positive("spatial_merge_size", 2), 1);
    }

    /**
     * Opens the tower.
     *
     * @param processor the patches as the processor makes them
     * @param outChannels of the features
     */
    static VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor, int outChannels) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord()).object("vision_config");
        config.requireOnly("num_channels", 3);
        Geometry geometry = geometry(config);
        if (!geometry.equals(processor)) {
            throw config.refused("patch_size", "patches as the image processor makes them, " + processor);
        }
        int side = config.positive("image_size") / geometry.patch();
        if (side < 1) {
            throw config.refused("image_size", "at least a patch's " + geometry.patch() + " pixels");
        }
        TransformerSizes sizes = TransformerSizes.read(config);
        ModelConfig rope = config.optionalObject("rope_parameters");
        rope.oneOf("rope_type", "axial");
        double theta = rope.number("rope_theta", 10_000);
        TowerBuilder builder = new TowerBuilder(
                "paddleocr_vl.vision",
                REVISION,
                config,
                files,
                options,
                List.of(PUBLISHED, NameLayout.prefixed("model.")),
                PATCH_EMBEDDING + ".weight");
        build(builder, geometry, sizes, side, outChannels);
        int merge = geometry.merge();
        return builder.openOverGrid(
                PatchProcessing::grid,
                new PatchAngles(merge, sizes.channels() / sizes.heads(), theta),
                new LearnedTaps(merge, side, false));
    }

    private static void build(
            TowerBuilder builder, Geometry geometry, TransformerSizes sizes, int side, int outChannels) {
        Ops ops = builder.ops();
        int channels = sizes.channels();
        PatchTower patches = new PatchTower(builder, geometry, channels, sizes.heads());
        Scope tower = builder.root().at("visual.vision_model");
        Value embedded = ops.add(
                patches.embedded(
                        builder.root().at(PATCH_EMBEDDING), true, channels, 3, geometry.patch(), geometry.patch()),
                patches.learnedPositions(tower.at("embeddings.position_embedding"), side * side));
        Value x = new ClipLayers(builder, "visual.vision_model.encoder.layers", sizes, patches.rotary())
                .apply(embedded, patches.tokens());
        x = Norm.layer(tower.at("post_layernorm"), x, channels, sizes.epsilon());
        Scope projector = builder.root().at(PROJECTOR);
        x = Norm.layer(projector.at("pre_norm"), x, channels, PROJECTOR_EPSILON);
        patches.project(
                VisionFeatures.FEATURES,
                projector.at("linear_1"),
                projector.at("linear_2"),
                patches.merged(x),
                outChannels);
    }
}
