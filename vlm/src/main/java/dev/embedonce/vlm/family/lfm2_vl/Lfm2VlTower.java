package dev.embedonce.vlm.family.lfm2_vl;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.Siglip2Vision;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.lfm2_vl.Lfm2VlPictures.Geometry;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.TowerLayouts;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;
import java.util.Map;

/**
 * SigLIP 2 after its final norm, over each tile and the whole picture, each at its own size; pixel unshuffle, then a
 * projector of two linear layers, with a norm before them where the config says so.
 */
// Source: transformers 5.23, models/lfm2_vl/modeling_lfm2_vl.py, Lfm2VlMultiModalProjector, Lfm2VlModel
final class Lfm2VlTower {
    private static final int REVISION = 1;
    private static final double EPSILON = 1e-5;

    private Lfm2VlTower() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "siglip2_vision_model");
        Siglip2Vision siglip = Siglip2Vision.read(vision);
        Geometry geometry = Geometry.read(config);
        config.requireOnly("vision_feature_layer", -1);
        TowerBuilder builder = new TowerBuilder(
                "lfm2_vl.vision",
                REVISION,
                config,
                files,
                options,
                TowerLayouts.LLAVA,
                "vision_tower.embeddings.patch_embedding.weight",
                "multi_modal_projector.linear_1.weight");
        Ops ops = builder.ops();
        Value pixels = ops.graph()
                .input(
                        Lfm2VlPictures.PIXEL_VALUES,
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.of(3),
                        Dim.free("height"),
                        Dim.free("width"));
        int channels = siglip.sizes().channels();
        Value tokens = siglip.apply(builder, "vision_tower", pixels);
        Value squares = squares(ops, tokens, pixels, geometry, channels);
        int hidden = config.object("text_config").positive("hidden_size", 2560);
        Value projected = projected(builder, config, squares, channels * geometry.factor() * geometry.factor(), hidden);
        Value shape = ops.concat(0, ops.dim(pixels, 0), ops.graph().constant(-1, hidden));
        builder.output(VisionFeatures.FEATURES, ops.reshape(projected, shape), hidden);
        return builder.openInRuns(Lfm2VlTower::pieces);
    }

    private static List<Map<String, Tensor>> pieces(ProcessedImage image) {
        return Lfm2VlPictures.pieces(image).stream()
                .map(piece -> Map.of(Lfm2VlPictures.PIXEL_VALUES, piece))
                .toList();
    }

    /** Pixel unshuffle, row by row: float32 {@code [batch * squares, factor * factor * channels]}. */
    private static Value squares(Ops ops, Value tokens, Value pixels, Geometry geometry, int channels) {
        int factor = geometry.factor();
        Value columns = ops.div(ops.dim(pixels, 3), ops.graph().constant(geometry.side()));
        Value shape = ops.concat(
                0, ops.graph().constant(-1, factor), columns, ops.graph().constant(factor, channels));
        Value split = ops.transpose(ops.reshape(tokens, shape), 0, 2, 1, 3, 4);
        return ops.reshape(split, -1, (long) factor * factor * channels);
    }

    private static Value projected(TowerBuilder builder, ModelConfig config, Value squares, int channels, int hidden) {
        Scope projector = builder.root().at("multi_modal_projector");
        Value x = config.flag("projector_use_layernorm", true)
                ? Norm.layer(projector.at("layer_norm"), squares, channels, EPSILON)
                : squares;
        int inner = config.positive("projector_hidden_size", 2560);
        boolean bias = config.flag("projector_bias", true);
        return Mlp.plain(
                Linear.of(projector.at("linear_1"), channels, inner, bias),
                config.activation("projector_hidden_act", Activation.GELU),
                Linear.of(projector.at("linear_2"), inner, hidden, bias),
                x);
    }
}
