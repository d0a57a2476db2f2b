package dev.embedonce.vlm.family.qwen2_5_vl;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.Windows;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.model.tower.PatchWindows;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * The tower: pre-norm layers with RMSNorm and gated MLPs; full attention in a few layers, window attention in the rest.
 */
// Source: transformers 5.23, models/qwen2_5_vl/modeling_qwen2_5_vl.py, Qwen2_5_VisionTransformerPretrainedModel
final class Qwen25VlVision {
    private static final int REVISION = 1;
    private static final double EPSILON = 1e-6;
    private static final List<Integer> DEFAULT_FULL = List.of(7, 15, 23, 31);

    private final TowerBuilder builder;
    private final PatchTower tower;
    private final Windows windows;
    private final Ops ops;
    private final int channels;
    private final int intermediate;
    private final Activation activation;
    private final int outChannels;
    private final List<Integer> full;

    private Qwen25VlVision(
            TowerBuilder builder, PatchTower tower, PatchWindows windows, int channels, ModelConfig config) {
        this.builder = builder;
        this.tower = tower;
        this.ops = builder.ops();
        this.windows = windows.inputs(ops.graph());
        this.channels = channels;
        this.intermediate = config.positive("intermediate_size", 3420);
        this.activation = config.activation("hidden_act", Activation.SILU);
        this.outChannels = config.positive("out_hidden_size", 3584);
        this.full = config.integers("fullatt_block_indexes", DEFAULT_FULL);
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord()).object("vision_config");
        config.requireOnly("in_channels", 3);
        Geometry geometry = PatchTower.geometry(config, 14, processor);
        int cells = config.positive("window_size", 112) / geometry.merge() / geometry.patch();
        if (cells < 1) {
            throw config.refused(
                    "window_size", "at least a token's " + geometry.merge() * geometry.patch() + " pixels");
        }
        int layers = config.positive("depth", 32);
        int channels = config.positive("hidden_size", 3584);
        int heads = config.positive("num_heads", 16);
        TowerBuilder builder = new TowerBuilder(
                "qwen2_5_vl.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("visual."), NameLayout.prefixed("model.visual.")),
                "patch_embed.proj.weight");
        PatchTower tower = new PatchTower(builder, geometry, channels, heads);
        PatchWindows windows = new PatchWindows(geometry.merge(), cells);
        new Qwen25VlVision(builder, tower, windows, channels, config).build(layers);
        return builder.openOverGrid(PatchProcessing::grid, tower.angles(), windows);
    }

    private void build(int layers) {
        Value x = tower.embedded(false);
        for (int i = 0; i < layers; i++) {
            x = layer(builder.root().at("blocks", i), builder.layer("blocks", i), x, full.contains(i));
        }
        Scope merger = builder.root().at("merger");
        Value merged = tower.merged(Norm.rms(merger.at("ln_q"), x, channels, EPSILON));
        tower.project(VisionFeatures.FEATURES, merger.at("mlp.0"), merger.at("mlp.2"), merged, outChannels);
    }

    private Value layer(Scope norms, Scope layer, Value x, boolean seesAll) {
        SelfAttention attention = tower.attention(layer.at("attn"));
        if (!seesAll) {
            attention.windows(windows);
        }
        Value normed = Norm.rms(norms.at("norm1"), x, channels, EPSILON);
        Value mixed = ops.add(x, attention.apply(normed, tower.tokens()));
        Scope mlp = layer.at("mlp");
        return ops.add(
                mixed,
                Mlp.gated(
                        Linear.of(mlp.at("gate_proj"), channels, intermediate, true),
                        Linear.of(mlp.at("up_proj"), channels, intermediate, true),
                        activation,
                        Linear.of(mlp.at("down_proj"), intermediate, channels, true),
                        Norm.rms(norms.at("norm2"), mixed, channels, EPSILON)));
    }
}
