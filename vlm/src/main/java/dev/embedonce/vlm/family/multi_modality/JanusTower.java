package dev.embedonce.vlm.family.multi_modality;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.model.tower.TimmVit;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * SigLIP's patches after the final norm through the aligner, an MLP: float32 {@code [patches, hidden]} a picture.
 *
 * @param transformers whether tensors have the names of transformers
 * @param imageSize pixels a side of the square pictures it takes
 * @param depth linear layers of the aligner
 * @param hidden channels of the language model
 */
// Source: deepseek-ai/Janus, janus/models/clip_encoder.py, siglip_vit.py, projector.py; transformers 5.23,
// models/janus/modeling_janus.py, JanusVisionModel, JanusVisionAlignerMLP
record JanusTower(
        ModelConfig config,
        boolean transformers,
        TransformerSizes sizes,
        int imageSize,
        int patchSize,
        int depth,
        int hidden) {
    private static final int REVISION = 1;
    private static final NameLayout TRANSFORMERS =
            NameLayout.replacing("out_proj", "projection_layer").then(name -> "model." + name);

    /**
     * Reads the config.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    static JanusTower read(FamilyFiles files, int hidden) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        return MultiModality.isTransformers(config) ? ofTransformers(config, hidden) : published(config, hidden);
    }

    /** SigLIP-L at 384, of which {@code params} may say other sizes. */
    private static JanusTower published(ModelConfig config, int hidden) {
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("cls", "CLIPVisionTower");
        ModelConfig params = vision.object("params");
        params.oneOf("model_name", "siglip_large_patch16_384");
        if (!params.flag("ignore_head", true)) {
            throw params.refused("ignore_head", "true");
        }
        for (String norm : List.of("pixel_mean", "pixel_std")) {
            if (params.has(norm)) {
                throw params.refused(norm, "none (the image processor normalises)");
            }
        }
        int channels = params.positive("width", 1024);
        int all = params.positive("layers", 24);
        int selected = params.integer("select_layer", -2);
        int layers = Math.min(all, selected > 0 ? selected : all + selected + 1);
        int heads = params.positive("heads", 16);
        if (layers < 1) {
            throw params.refused("select_layer", "one of the " + all + " layers");
        }
        if (channels % heads != 0) {
            throw params.refused("heads", "a divisor of width " + channels);
        }
        int inner = (int) (channels * params.number("mlp_ratio", 4));
        ModelConfig aligner = config.object("aligner_config");
        aligner.oneOf("cls", "MlpProjector");
        ModelConfig mlp = aligner.object("params");
        mlp.oneOf("projector_type", "mlp_gelu");
        mlp.requireOnly("input_dim", channels);
        requireHidden(mlp, "n_embed", hidden, hidden);
        return new JanusTower(
                config,
                false,
                new TransformerSizes(channels, layers, heads, inner, Activation.GELU, 1e-6),
                params.side("image_size", 336),
                params.positive("patch_size", 16),
                mlp.positive("depth", 1),
                hidden);
    }

    private static JanusTower ofTransformers(ModelConfig config, int hidden) {
        ModelConfig vision = config.object("vision_config");
        vision.requireOnly("num_channels", 3);
        if (vision.flag("use_qk_norm", false)) {
            throw vision.refused("use_qk_norm", "false");
        }
        if (!vision.flag("attention_bias", true)) {
            throw vision.refused("attention_bias", "true");
        }
        requireHidden(vision, "projection_dim", 2048, hidden);
        int channels = vision.positive("hidden_size", 1024);
        TransformerSizes sizes = new TransformerSizes(
                channels,
                vision.positive("num_hidden_layers", 24),
                vision.positive("num_attention_heads", 16),
                (int) (channels * vision.number("mlp_ratio", 4)),
                vision.activation("hidden_act", Activation.GELU),
                vision.number("layer_norm_eps", 1e-6));
        return new JanusTower(
                config,
                true,
                sizes.checked(vision),
                vision.side("image_size", 384),
                vision.side("patch_size", 16),
                vision.positive("depth", 2),
                hidden);
    }

    private static void requireHidden(ModelConfig config, String name, int missing, int hidden) {
        if (config.positive(name, missing) != hidden) {
            throw config.refused(name, "the hidden_size of the language model, " + hidden);
        }
    }

    /** Features of a picture. */
    int tokens() {
        int side = imageSize / patchSize;
        return side * side;
    }

    VisionTower open(FamilyFiles files, FamilyOptions options) {
        TowerBuilder builder = new TowerBuilder(
                "multi_modality.vision",
                REVISION,
                config,
                files,
                options,
                List.of(transformers ? TRANSFORMERS : NameLayout.canonical()),
                "aligner." + linear(0) + ".weight");
        Value pixels = builder.ops()
                .graph()
                .input(
                        "pixel_values",
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.of(3),
                        Dim.of(imageSize),
                        Dim.of(imageSize));
        Value states = siglip(builder, pixels);
        TokenShape tokens = TokenShape.of(builder.ops(), states);
        Value aligned = aligned(builder.root().at("aligner"), tokens.flat(states, sizes.channels()));
        builder.output(VisionFeatures.FEATURES, tokens.batched(aligned), hidden);
        return builder.open(ProcessedImage::inputs);
    }

    private Value siglip(TowerBuilder builder, Value pixels) {
        return transformers
                ? new SiglipVision(sizes, imageSize, patchSize).apply(builder, "vision_model", pixels)
                : new TimmVit(sizes, imageSize, patchSize).apply(builder, "vision_model.vision_tower", pixels);
    }

    private Value aligned(Scope aligner, Value states) {
        Value x =
                Linear.of(aligner.at(linear(0)), sizes.channels(), hidden, true).apply(states);
        for (int i = 1; i < depth; i++) {
            Value activated = sizes.activation().apply(aligner.ops(), x);
            x = Linear.of(aligner.at(linear(i)), hidden, hidden, true).apply(activated);
        }
        return x;
    }

    /** Where the aligner's linear layers are. */
    private String linear(int index) {
        if (transformers) {
            return index == 0 ? "fc1" : "hidden_layers." + (index - 1);
        }
        return "layers." + 2 * index;
    }
}
