package dev.embedonce.vlm.family.llava_bunny;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * SigLIP's hidden states before its last layer, which files may leave out, through a projector of two layers: float32
 * {@code [patches, hidden]} a picture. Configs without a {@code vision_config} mean SigLIP-So400m at 384.
 */
// Source: BAAI-DCAI/Bunny, bunny/model/multimodal_encoder/siglip/siglip_encoder.py, multimodal_projector/builder.py
final class BunnyTower {
    private static final int REVISION = 1;
    private static final String PATH = "vision_tower";
    private static final String SO400M = "siglip-so400m-patch14-384";
    private static final SiglipVision DEFAULTS =
            new SiglipVision(new TransformerSizes(1152, 27, 16, 4304, Activation.GELU_TANH, 1e-6), 384, 14);
    private static final List<NameLayout> LAYOUTS =
            List.of(NameLayout.replacing("vision_tower.", "vision_tower.vision_tower.vision_model.")
                    .then(name -> "model." + name));

    private BunnyTower() {}

    /** The tower that a config has or names. */
    static SiglipVision siglip(ModelConfig config) {
        if (!config.has("vision_config")
                && !config.text("mm_vision_tower", SO400M).endsWith(SO400M)) {
            throw config.refused("mm_vision_tower", SO400M + ", or a vision_config");
        }
        ModelConfig vision = config.optionalObject("vision_config");
        vision.oneOf("model_type", "siglip_vision_model");
        return SiglipVision.read(vision, DEFAULTS);
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options, int hidden) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        SiglipVision siglip = siglip(config);
        config.oneOf("mm_projector_type", "mlp2x_gelu");
        if (config.flag("use_s2", false)) {
            throw config.refused("use_s2", "false (pictures at several scales are not supported)");
        }
        TowerBuilder builder = new TowerBuilder(
                "llava_bunny.vision",
                REVISION,
                config,
                files,
                options,
                LAYOUTS,
                "vision_tower.embeddings.patch_embedding.weight",
                "mm_projector.0.weight");
        int size = siglip.imageSize();
        Value pixels = builder.ops()
                .graph()
                .input("pixel_values", TensorType.F32, Dim.free("batch"), Dim.of(3), Dim.of(size), Dim.of(size));
        int last = siglip.sizes().layers() - 1;
        Value states = siglip.hiddenStates(builder, PATH, pixels, List.of(last)).get(0);
        TokenShape tokens = TokenShape.of(builder.ops(), states);
        Scope projector = builder.root().at("mm_projector");
        Value projected = Mlp.plain(
                Linear.of(projector.at("0"), siglip.channels(), hidden, true),
                Activation.GELU,
                Linear.of(projector.at("2"), hidden, hidden, true),
                tokens.flat(states, siglip.channels()));
        builder.output(VisionFeatures.FEATURES, tokens.batched(projected), hidden);
        return builder.open(ProcessedImage::inputs);
    }
}
