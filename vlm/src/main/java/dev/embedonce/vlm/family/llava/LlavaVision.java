package dev.embedonce.vlm.family.llava;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyOptions;
import dev.embedonce.vlm.vision.ClipVision;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/** CLIP's hidden states of one or more layers, side by side, through a projector of two linear layers. */
// Source: transformers 5.23, models/llava/modeling_llava.py, LlavaModel.get_image_features, LlavaMultiModalProjector
final class LlavaVision {
    private static final int REVISION = 1;

    /** As published, as transformers 5 saves, and as its modules are called; canonical is the second. */
    private static final List<NameLayout> LAYOUTS = List.of(
            NameLayout.replacing("vision_tower.", "vision_tower.vision_model."),
            NameLayout.canonical(),
            NameLayout.prefixed("model."),
            NameLayout.replacing("vision_tower.", "vision_tower.vision_model.").then(name -> "model." + name));

    private LlavaVision() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "clip_vision_model");
        ClipVision clip = ClipVision.read(vision);
        List<Integer> states = config.integers("vision_feature_layer", List.of(-2)).stream()
                .map(layer -> layer < 0 ? clip.layers() + 1 + layer : layer)
                .toList();
        if (states.stream().anyMatch(state -> state < 0 || state > clip.layers())) {
            throw config.refused("vision_feature_layer", "layers of the " + clip.layers());
        }
        boolean classToken = config.oneOf("vision_feature_select_strategy", "default", "full")
                .equals("full");
        int hidden = config.object("text_config").positive("hidden_size", 4096);
        boolean bias = config.flag("multimodal_projector_bias", true);
        Activation activation = config.activation("projector_hidden_act", Activation.GELU);

        TowerBuilder builder = new TowerBuilder(
                "llava.vision",
                REVISION,
                config,
                files,
                options,
                LAYOUTS,
                "vision_tower.embeddings.class_embedding",
                "multi_modal_projector.linear_1.weight");
        Ops ops = builder.ops();
        int size = clip.imageSize();
        Value pixels = ops.graph()
                .input("pixel_values", TensorType.F32, Dim.free("batch"), Dim.of(3), Dim.of(size), Dim.of(size));
        List<Value> chosen = clip.hiddenStates(builder, "vision_tower", pixels, states);
        Value x = chosen.size() == 1 ? chosen.get(0) : ops.concat(2, chosen.toArray(Value[]::new));
        if (!classToken) {
            x = ops.slice(x, 1, 1, clip.patches() + 1L);
        }
        int channels = clip.channels() * states.size();
        TokenShape tokens = TokenShape.of(ops, x);
        Value projected = Mlp.plain(
                Linear.of(builder.root().at("multi_modal_projector.linear_1"), channels, hidden, bias),
                activation,
                Linear.of(builder.root().at("multi_modal_projector.linear_2"), hidden, hidden, bias),
                tokens.flat(x, channels));
        builder.output(VisionFeatures.FEATURES, tokens.batched(projected), hidden);
        return builder.open(ProcessedImage::inputs);
    }
}
