package dev.embedonce.vlm.family.dots_ocr;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * The tower: normalised patches, pre-norm layers with RMSNorm and gated MLPs, all without biases, an RMSNorm after the
 * last, then Qwen2-VL's merger: float32 {@code [tokens, hidden]} a picture.
 */
// Source: rednote-hilab/dots.ocr, modeling_dots_vision.py, DotsVisionTransformer
final class DotsOcrTower {
    private static final int REVISION = 1;

    /** Of the merger's LayerNorm, for which no config has a field. */
    private static final double MERGER_EPSILON = 1e-6;

    private final TowerBuilder builder;
    private final PatchTower patches;
    private final int channels;
    private final int intermediate;
    private final double epsilon;

    private DotsOcrTower(TowerBuilder builder, PatchTower patches, int channels, ModelConfig config) {
        this.builder = builder;
        this.patches = patches;
        this.channels = channels;
        this.intermediate = config.positive("intermediate_size", 4224);
        this.epsilon = config.number("rms_norm_eps", 1e-5);
    }

    /** The geometry of a {@code vision_config}. */
    static Geometry geometry(ModelConfig config) {
        config.requireOnly("temporal_patch_size", 1);
        return new Geometry(config.positive("patch_size", 14), config.positive("spatial_merge_size", 2), 1);
    }

    /**
     * Opens the tower.
     *
     * @param processor patches as it makes them
     * @param hidden channels of the language model
     */
    static VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor, int hidden) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord()).object("vision_config");
        config.oneOf("model_type", "dots_vit");
        config.requireOnly("num_channels", 3);
        config.requireOnly("hidden_size", hidden);
        ProcessorSettings.requireFlag(config, "use_bias", false);
        ProcessorSettings.requireFlag(config, "is_causal", false);
        ProcessorSettings.requireFlag(config, "post_norm", true);
        Geometry geometry = geometry(config);
        if (!geometry.equals(processor)) {
            throw config.refused("patch_size", "patches as the image processor makes them, " + processor);
        }
        int channels = config.positive("embed_dim", 1536);
        int heads = config.positive("num_attention_heads", 12);
        int layers = config.positive("num_hidden_layers", 42);
        TowerBuilder builder = new TowerBuilder(
                "dots_ocr.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("vision_tower.")),
                "patch_embed.patchifier.proj.weight");
        PatchTower patches = new PatchTower(builder, geometry, channels, heads);
        new DotsOcrTower(builder, patches, channels, config).build(geometry.patch(), layers, hidden);
        return builder.openOverGrid(PatchProcessing::grid, patches.angles());
    }

    private void build(int patch, int layers, int hidden) {
        Scope root = builder.root();
        Scope embedding = root.at("patch_embed.patchifier");
        Value x = norm(embedding.at("norm"), patches.embedded(embedding.at("proj"), true, channels, 3, patch, patch));
        for (int i = 0; i < layers; i++) {
            x = layer(root.at("blocks", i), builder.layer("blocks", i), x);
        }
        Scope merger = root.at("merger");
        Value normed = Norm.layer(merger.at("ln_q"), norm(root.at("post_trunk_norm"), x), channels, MERGER_EPSILON);
        patches.project(
                VisionFeatures.FEATURES, merger.at("mlp.0"), merger.at("mlp.2"), patches.merged(normed), hidden);
    }

    private Value norm(Scope scope, Value x) {
        return Norm.rms(scope, x, channels, epsilon);
    }

    private Value layer(Scope norms, Scope layer, Value x) {
        Ops ops = builder.ops();
        SelfAttention attention = patches.attention(layer.at("attn"), false, false);
        Value mixed = ops.add(x, attention.apply(norm(norms.at("norm1"), x), patches.tokens()));
        Scope mlp = layer.at("mlp");
        return ops.add(
                mixed,
                Mlp.gated(
                        Linear.of(mlp.at("fc1"), channels, intermediate, false),
                        Linear.of(mlp.at("fc3"), channels, intermediate, false),
                        Activation.SILU,
                        Linear.of(mlp.at("fc2"), intermediate, channels, false),
                        norm(norms.at("norm2"), mixed)));
    }
}
