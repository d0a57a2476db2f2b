package dev.embedonce.vlm.family.florence2;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.DavitVision;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * DaViT's feature map of the picture with learned position embeddings, once as its mean and once token by token,
 * projected and normalised. As published, the first stage normalises after its convolution and the others before
 * theirs.
 */
// Source: transformers 5.23, models/florence2/modeling_florence2.py, Florence2MultiModalProjector
final class Florence2Vision {
    private static final int REVISION = 1;
    private static final double EPSILON = 1e-5;
    private static final String PROJECTION = "image_projection";

    /** As published, and as transformers 5 saves; canonical is the second without its prefix. */
    private static final List<NameLayout> LAYOUTS = List.of(
            NameLayout.replacing(
                    ".conv.", ".proj.",
                    ".conv1.", ".conv1.fn.dw.",
                    ".conv2.", ".conv2.fn.dw.",
                    "_attn.qkv.", "_attn.fn.qkv.",
                    "_attn.proj.", "_attn.fn.proj.",
                    "spatial_block.norm1.", "spatial_block.window_attn.norm.",
                    "channel_block.norm1.", "channel_block.channel_attn.norm.",
                    ".norm2.", ".ffn.norm.",
                    ".ffn.fc", ".ffn.fn.net.fc",
                    "multi_modal_projector.image_projection.weight", PROJECTION,
                    "multi_modal_projector.image_position_embed.", "image_pos_embed.",
                    "multi_modal_projector.", ""),
            NameLayout.prefixed("model."));

    private Florence2Vision() {}

    /**
     * Opens the tower.
     *
     * @param size pixels a side of the picture
     * @param hidden channels of the language model
     */
    static VisionTower open(FamilyFiles files, FamilyOptions options, int size, int hidden) {
        ModelConfig all = files.config().recordedBy(new ConfigRecord());
        ModelConfig config = all.object("vision_config");
        config.oneOf("model_type", "davit", "florence_vision", "florence2_vision");
        config.requireOnly("image_feature_source", List.of("spatial_avg_pool", "temporal_avg_pool"));
        DavitVision davit = DavitVision.read(config);
        config.requireOnly("projection_dim", hidden);
        ModelConfig embeddings = config.optionalObject("image_pos_embed");
        embeddings.oneOf("type", "learned_abs_2d");
        int positions = embeddings.positive("max_pos_embeddings", config.positive("max_position_embeddings", 50));
        ModelConfig times = config.optionalObject("visual_temporal_embedding");
        times.oneOf("type", "COSINE");
        int moments = times.positive("max_temporal_embeddings", config.positive("max_temporal_embeddings", 100));
        TowerBuilder builder = new TowerBuilder(
                "florence2.vision",
                REVISION,
                all,
                files,
                options,
                LAYOUTS,
                "vision_tower.convs.0.conv.weight",
                "multi_modal_projector.image_proj_norm.weight");
        Ops ops = builder.ops();
        Value pixels = ops.graph()
                .input("pixel_values", TensorType.F32, Dim.free("batch"), Dim.of(3), Dim.of(size), Dim.of(size));
        DavitVision.Places map = davit.apply(builder, "vision_tower", pixels, size);
        if (map.side() > positions) {
            throw config.refused("max_position_embeddings", "at least the " + map.side() + " places of a side");
        }
        Value tokens = placed(builder.root().at("multi_modal_projector"), ops, map, positions, moments);
        Value mean = ops.mean(tokens, true, 1);
        Value x = ops.reshape(ops.concat(1, mean, tokens), -1, map.channels());
        Scope projector = builder.root().at("multi_modal_projector");
        boolean published = files.weights().contains(PROJECTION);
        Scope linear = projector.at(PROJECTION);
        Value projected = published
                ? ops.matMul(x, linear.weight("weight", map.channels(), hidden))
                : Linear.of(linear, map.channels(), hidden, false).apply(x);
        Value normed = Norm.layer(projector.at("image_proj_norm"), projected, hidden, EPSILON);
        Value shape = ops.concat(0, ops.dim(pixels, 0), ops.graph().constant(-1, hidden));
        builder.output(VisionFeatures.FEATURES, ops.reshape(normed, shape), hidden);
        return builder.open(ProcessedImage::inputs);
    }

    /**
     * The feature map as tokens, with the learned position embeddings of column and row, and the temporal one of the
     * first frame: {@code [batch, positions, channels]}.
     */
    private static Value placed(Scope projector, Ops ops, DavitVision.Places map, int positions, int moments) {
        int side = map.side();
        int rows = map.channels() / 2;
        int columns = map.channels() - rows;
        Scope table = projector.at("image_position_embed");
        Value down = ops.slice(table.at("row_embeddings").weight("weight", positions, rows), 0, 0, side);
        Value across = ops.slice(table.at("column_embeddings").weight("weight", positions, columns), 0, 0, side);
        Value learned = ops.concat(
                2,
                ops.expand(ops.reshape(across, 1, side, columns), ops.graph().constant(side, side, columns)),
                ops.expand(ops.reshape(down, side, 1, rows), ops.graph().constant(side, side, rows)));
        Value first = ops.slice(
                projector.at("visual_temporal_embed").weight("pos_idx_to_embed", moments, map.channels()), 0, 0, 1);
        Value x = ops.add(map.tokens(), ops.reshape(learned, 1, (long) side * side, map.channels()));
        return ops.add(x, ops.reshape(first, 1, 1, map.channels()));
    }
}
