package dev.embedonce.vlm.vision;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchFeeds;
import dev.embedonce.model.tower.PixtralVision;
import java.nio.LongBuffer;
import java.util.List;
import java.util.function.Function;

/**
 * A hidden state of Pixtral's tower through LLaVA's projector, for pictures as {@link PixtralProcessing} makes them:
 * the vision side of Pixtral and Mistral 3. Canonical names are {@code vision_tower.patch_conv..} and {@code
 * multi_modal_projector..}.
 */
// Source: transformers 5.23, models/llava/modeling_llava.py, models/mistral3/modeling_mistral3.py, get_image_features
public record ProjectedPixtral(PixtralVision pixtral, LlavaProjector projector) {
    /** Raised when the block computes something else or has other inputs; part of the model version. */
    private static final int REVISION = 1;

    /** As published, and as transformers 5 has the modules. */
    public static final List<NameLayout> LAYOUTS = List.of(NameLayout.canonical(), NameLayout.prefixed("model."));

    private static final String MODEL_TYPE = "pixtral";

    /** Whether the tower of a config is Pixtral's. */
    public static boolean isIn(ModelConfig config) {
        return config.optionalObject("vision_config").text("model_type", "").equals(MODEL_TYPE);
    }

    /**
     * Reads the whole of a config.
     *
     * @param missing where the projector's fields are silent
     * @throws dev.embedonce.error.ModelLoadException if the tower is not Pixtral's or a field is not supported
     */
    public static ProjectedPixtral read(ModelConfig config, LlavaProjector.Missing missing) {
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", MODEL_TYPE);
        PixtralVision pixtral = PixtralVision.read(vision);
        LlavaProjector projector = LlavaProjector.read(config, pixtral.layers(), missing);
        if (projector.states().size() != 1) {
            throw config.refused("vision_feature_layer", "one of the " + pixtral.layers() + " layers");
        }
        return new ProjectedPixtral(pixtral, projector);
    }

    /**
     * Adds tower and projector and opens them.
     *
     * @param merge from the patches to the input of the projector, float32 {@code [batch * tokens, channels]}
     */
    public VisionTower open(TowerBuilder builder, Function<PatchGrid, Value> merge) {
        Ops ops = builder.ops();
        ops.graph().uses("projected-pixtral", REVISION);
        Value pixels = ops.graph()
                .input(
                        PixtralProcessing.PIXEL_VALUES,
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.of(3),
                        Dim.free("height"),
                        Dim.free("width"));
        PatchGrid grid = pixtral.hiddenState(
                builder, "vision_tower", pixels, projector.states().get(0));
        Value projected = projector.apply(builder, merge.apply(grid), pixtral.channels());
        Value shape = ops.concat(0, ops.dim(pixels, 0), ops.graph().constant(-1, projector.hidden()));
        builder.output(VisionFeatures.FEATURES, ops.reshape(projected, shape), projector.hidden());
        return builder.openOverGrid(this::grid, pixtral.angles());
    }

    private PatchFeeds.Grid grid(ProcessedImage image) {
        LongBuffer size = image.layout(PixtralProcessing.SIZES).longs();
        int patch = pixtral.patchSize();
        return new PatchFeeds.Grid((int) size.get(0) / patch, (int) size.get(1) / patch);
    }
}
