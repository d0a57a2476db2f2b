package dev.embedonce.vlm.family.qwen2_vl;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.model.tower.PatchTower.MlpShape;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PatchProcessing;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * The tower: pre-norm layers over patches with rotary positions by row and column, then a merger of two linear layers.
 */
// Source: transformers 5.23, models/qwen2_vl/modeling_qwen2_vl.py, Qwen2VisionTransformerPretrainedModel
final class Qwen2VlVision {
    private static final int REVISION = 1;
    private static final double EPSILON = 1e-6;

    private final TowerBuilder builder;
    private final PatchTower tower;
    private final int channels;
    private final MlpShape mlp;
    private final int outChannels;

    private Qwen2VlVision(TowerBuilder builder, PatchTower tower, int channels, ModelConfig config) {
        this.builder = builder;
        this.tower = tower;
        this.channels = channels;
        this.mlp = new MlpShape(
                "mlp.fc1",
                "mlp.fc2",
                (int) (channels * config.number("mlp_ratio", 4)),
                config.activation("hidden_act", Activation.QUICK_GELU));
        this.outChannels = config.positive("hidden_size", 3584);
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord()).object("vision_config");
        config.requireOnly("in_channels", 3);
        Geometry geometry = PatchTower.geometry(config, 14, processor);
        int layers = config.positive("depth", 32);
        int channels = config.positive("embed_dim", 1280);
        int heads = config.positive("num_heads", 16);
        TowerBuilder builder = new TowerBuilder(
                "qwen2_vl.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("visual."), NameLayout.prefixed("model.visual.")),
                "patch_embed.proj.weight");
        PatchTower tower = new PatchTower(builder, geometry, channels, heads);
        new Qwen2VlVision(builder, tower, channels, config).build(layers);
        return builder.openOverGrid(PatchProcessing::grid, tower.angles());
    }

    private void build(int layers) {
        Value x = tower.embedded(false);
        for (int i = 0; i < layers; i++) {
            x = tower.layer(i, x, mlp, EPSILON);
        }
        Scope merger = builder.root().at("merger");
        Value merged = tower.merged(Norm.layer(merger.at("ln_q"), x, channels, EPSILON));
        tower.project(VisionFeatures.FEATURES, merger.at("mlp.0"), merger.at("mlp.2"), merged, outChannels);
    }
}
