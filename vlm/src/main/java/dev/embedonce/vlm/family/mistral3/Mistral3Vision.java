package dev.embedonce.vlm.family.mistral3;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PixtralVision;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.LlavaProjector;
import dev.embedonce.vlm.vision.ProjectedPixtral;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionTower;

/** Pixtral's tower, then a projector: a norm, squares of patches merged into one, two linear layers. */
// Source: transformers 5.23, models/mistral3/modeling_mistral3.py, Mistral3MultiModalProjector, Mistral3PatchMerger
final class Mistral3Vision {
    private static final int REVISION = 1;
    private static final LlavaProjector.Missing MISSING = new LlavaProjector.Missing(-1, 5120, false);

    private final Ops ops;
    private final Scope projector;
    private final int channels;
    private final int merge;

    private Mistral3Vision(TowerBuilder builder, int channels, int merge) {
        this.ops = builder.ops();
        this.projector = builder.root().at("multi_modal_projector");
        this.channels = channels;
        this.merge = merge;
    }

    /** Pixels a side that become one token. */
    static int tokenSide(ModelConfig config) {
        return merge(config)
                * PixtralVision.read(config.object("vision_config")).patchSize();
    }

    private static int merge(ModelConfig config) {
        return config.positive("spatial_merge_size", 2);
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ProjectedPixtral tower = ProjectedPixtral.read(config, MISSING);
        double epsilon = config.object("text_config").number("rms_norm_eps", 1e-6);
        TowerBuilder builder = new TowerBuilder(
                "mistral3.vision",
                REVISION,
                config,
                files,
                options,
                ProjectedPixtral.LAYOUTS,
                "vision_tower.patch_conv.weight",
                "multi_modal_projector.patch_merger.merging_layer.weight");
        Mistral3Vision vision = new Mistral3Vision(builder, tower.pixtral().channels(), merge(config));
        return tower.open(builder, grid -> vision.merged(grid, epsilon));
    }

    /** Patches merged in squares, each channel's values side by side: float32 {@code [batch * tokens, channels]}. */
    private Value merged(PatchGrid grid, double epsilon) {
        Value normed = Norm.rms(projector.at("norm"), ops.reshape(grid.tokens(), -1, channels), channels, epsilon);
        Value squares = ops.div(grid.size(), ops.graph().constant(merge));
        Value one = ops.graph().constant(merge);
        Value shape = ops.concat(
                0,
                ops.graph().constant(-1),
                ops.slice(squares, 0, 0, 1),
                one,
                ops.slice(squares, 0, 1, 2),
                one,
                ops.graph().constant(channels));
        Value split = ops.transpose(ops.reshape(normed, shape), 0, 1, 3, 5, 2, 4);
        int wide = channels * merge * merge;
        return Linear.of(projector.at("patch_merger.merging_layer"), wide, channels, false)
                .apply(ops.reshape(split, -1, wide));
    }
}
