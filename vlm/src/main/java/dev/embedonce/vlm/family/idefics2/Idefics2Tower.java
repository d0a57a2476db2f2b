package dev.embedonce.vlm.family.idefics2;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PerceiverResampler;
import dev.embedonce.model.tower.PositionBuckets;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * SigLIP after its final norm over each piece of a picture, each at its own size; a gated MLP to the language model's
 * channels, and a perceiver resampler that makes a fixed number of tokens of each piece. What the reference masks is
 * not there: pixels that fill no whole patch, and padding to the size of another picture.
 */
// Source: transformers 5.23, models/idefics2/modeling_idefics2.py, Idefics2VisionTransformer, Idefics2Connector
final class Idefics2Tower {
    private static final int REVISION = 1;
    private static final String PIXEL_VALUES = "pixel_values";
    private static final SiglipVision DEFAULTS =
            new SiglipVision(new TransformerSizes(768, 12, 12, 3072, Activation.GELU_TANH, 1e-6), 224, 32);

    private Idefics2Tower() {}

    /** The tower's encoder, as a whole config has it. */
    static SiglipVision siglip(ModelConfig config) {
        return SiglipVision.read(config.object("vision_config"), DEFAULTS);
    }

    /** What makes tokens of patches, as a whole config has it. */
    static PerceiverResampler resampler(ModelConfig config) {
        ModelConfig text = config.object("text_config");
        return PerceiverResampler.read(
                config.optionalObject("perceiver_config"),
                text.positive("hidden_size", 4096),
                text.number("rms_norm_eps", 1e-6));
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        SiglipVision siglip = siglip(config);
        PerceiverResampler resampler = resampler(config);
        TowerBuilder builder = new TowerBuilder(
                "idefics2.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("model.")),
                "vision_model.post_layernorm.weight");
        PositionBuckets buckets = new PositionBuckets(siglip.side());
        Ops ops = builder.ops();
        ops.graph().uses(buckets.block(), buckets.revision());
        Dim batch = Dim.free("batch");
        Value pixels = ops.graph()
                .input(PIXEL_VALUES, TensorType.F32, batch, Dim.of(3), Dim.free("height"), Dim.free("width"));
        Value ids = ops.graph().input(PositionBuckets.IDS, TensorType.I64, batch, Dim.free("patches"));
        Value positions = ops.gather(siglip.positions(builder, "vision_model"), ids, 0);
        Value tokens = siglip.apply(builder, "vision_model", pixels, positions);
        Value projected = projected(builder, config.object("text_config"), tokens, siglip.channels());
        Value resampled = resampler.apply(builder, "connector.perceiver_resampler", projected);
        builder.output(VisionFeatures.FEATURES, resampled, resampler.channels());
        return builder.openInRuns(image -> feeds(image, siglip.patchSize(), buckets));
    }

    private static List<Map<String, Tensor>> feeds(ProcessedImage image, int patch, PositionBuckets buckets) {
        return Idefics2Pictures.pieces(image).stream()
                .map(piece -> {
                    Map<String, Tensor> feeds = new HashMap<>(Map.of(PIXEL_VALUES, piece));
                    buckets.put((int) piece.dim(1) / patch, (int) piece.dim(2) / patch, feeds);
                    return feeds;
                })
                .toList();
    }

    private static Value projected(TowerBuilder builder, ModelConfig text, Value x, int channels) {
        Scope scope = builder.root().at("connector.modality_projection");
        int hidden = text.positive("hidden_size", 4096);
        int inner = text.positive("intermediate_size", 14_336);
        TokenShape tokens = TokenShape.of(builder.ops(), x);
        return tokens.batched(Mlp.gated(
                Linear.of(scope.at("gate_proj"), channels, inner, false),
                Linear.of(scope.at("up_proj"), channels, inner, false),
                text.activation("hidden_act", Activation.SILU),
                Linear.of(scope.at("down_proj"), inner, hidden, false),
                tokens.flat(x, channels)));
    }
}
