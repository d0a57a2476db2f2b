package dev.embedonce.vlm.family.mistral3;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchFeeds;
import dev.embedonce.model.tower.PixtralVision;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.nio.LongBuffer;
import java.util.List;

/** Pixtral's tower, then a projector: a norm, squares of patches merged into one, two linear layers. */
// Source: transformers 5.23, models/mistral3/modeling_mistral3.py, Mistral3MultiModalProjector, Mistral3PatchMerger
final class Mistral3Vision {
    private static final int REVISION = 1;
    private static final int MERGE = 2;

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

    /** Pixels a side that become one token, by the config. */
    static int tokenSide(ModelConfig config) {
        PixtralVision pixtral = PixtralVision.read(config.object("vision_config"));
        return config.positive("spatial_merge_size", MERGE) * pixtral.patchSize();
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options, int tokenSide) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig visionConfig = config.object("vision_config");
        visionConfig.oneOf("model_type", "pixtral");
        PixtralVision pixtral = PixtralVision.read(visionConfig);
        int merge = config.positive("spatial_merge_size", MERGE);
        if (merge * pixtral.patchSize() != tokenSide) {
            throw config.refused(
                    "spatial_merge_size", "tokens of " + tokenSide + " pixels a side, as the processor makes them");
        }
        List<Integer> layers = config.integers("vision_feature_layer", List.of(-1));
        int state = layers.get(0) < 0 ? pixtral.layers() + 1 + layers.get(0) : layers.get(0);
        if (layers.size() != 1 || state < 0 || state > pixtral.layers()) {
            throw config.refused("vision_feature_layer", "one of the " + pixtral.layers() + " layers");
        }
        ModelConfig text = config.object("text_config");
        int hidden = text.positive("hidden_size", 5120);
        double epsilon = text.number("rms_norm_eps", 1e-6);
        boolean bias = config.flag("multimodal_projector_bias", false);
        Activation activation = config.activation("projector_hidden_act", Activation.GELU);
        TowerBuilder builder = new TowerBuilder(
                "mistral3.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.canonical(), NameLayout.prefixed("model.")),
                "vision_tower.patch_conv.weight",
                "multi_modal_projector.patch_merger.merging_layer.weight");
        Value pixels = builder.ops()
                .graph()
                .input(
                        Mistral3Processor.PIXEL_VALUES,
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.of(3),
                        Dim.free("height"),
                        Dim.free("width"));
        PatchGrid grid = pixtral.hiddenState(builder, "vision_tower", pixels, state);
        Mistral3Vision vision = new Mistral3Vision(builder, pixtral.channels(), merge);
        Value projected = Mlp.plain(
                Linear.of(vision.projector.at("linear_1"), pixtral.channels(), hidden, bias),
                activation,
                Linear.of(vision.projector.at("linear_2"), hidden, hidden, bias),
                vision.merged(grid, epsilon));
        Value shape = builder.ops()
                .concat(0, builder.ops().dim(pixels, 0), builder.ops().graph().constant(-1, hidden));
        builder.output(VisionFeatures.FEATURES, builder.ops().reshape(projected, shape), hidden);
        return builder.openOverGrid(image -> grid(image, pixtral.patchSize()), pixtral.angles());
    }

    private static PatchFeeds.Grid grid(ProcessedImage image, int patch) {
        LongBuffer size = image.layout(Mistral3Processor.SIZES).longs();
        return new PatchFeeds.Grid((int) size.get(0) / patch, (int) size.get(1) / patch);
    }

    /** Squares of patches as one, each channel's values side by side: float32 {@code [batch * tokens, channels]}. */
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
