package dev.embedonce.vlm.family.ernie4_5_moe_vl;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
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
 * The tower, pre-norm layers over patches with rotary positions by row and column, and its resampler: an MLP of patches
 * that become one token, another of a pair of frames, which in a still picture are the same, and a projection.
 */
// Source: transformers 5.23, models/ernie4_5_vl_moe/modeling_ernie4_5_vl_moe.py,
// Ernie4_5_VLMoeVisionTransformerPretrainedModel, Ernie4_5_VLMoeVariableResolutionResamplerModel
final class ErnieVision {
    private static final int REVISION = 1;
    private static final String RESAMPLER = "resampler_model";
    private static final int FRAMES = 2;
    private static final double THETA = 10_000;

    private final TowerBuilder builder;
    private final PatchTower tower;
    private final int channels;
    private final double epsilon;

    private ErnieVision(TowerBuilder builder, PatchTower tower, int channels, double epsilon) {
        this.builder = builder;
        this.tower = tower;
        this.channels = channels;
        this.epsilon = epsilon;
    }

    /** The geometry of a {@code vision_config}. */
    static Geometry geometry(ModelConfig vision) {
        return new Geometry(vision.positive("patch_size", 14), vision.positive("spatial_merge_size", 2), 1);
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options, Geometry processor) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig vision = config.object("vision_config");
        ModelConfig text = config.has("text_config") ? config.object("text_config") : config;
        Geometry geometry = geometry(vision);
        if (!geometry.equals(processor)) {
            throw vision.refused("patch_size", "patches as the image processor makes them, " + processor);
        }
        int channels = vision.positive("hidden_size", 1280);
        requireOneKind(config, vision, geometry, channels);
        double epsilon = vision.number("rms_norm_eps", 1e-6);
        TowerBuilder builder = new TowerBuilder(
                "ernie4_5_moe_vl.vision",
                REVISION,
                config,
                files,
                options,
                List.of(layout("vision_model."), layout("model.vision_model.")),
                "patch_embed.proj.weight");
        PatchTower tower = new PatchTower(builder, geometry, channels, vision.positive("num_heads", 16));
        MlpShape mlp = new MlpShape(
                "mlp.fc1",
                "mlp.fc2",
                vision.positive("intermediate_size", (int) (channels * vision.number("mlp_ratio", 4))),
                vision.activation("hidden_act", Activation.QUICK_GELU));
        ErnieVision built = new ErnieVision(builder, tower, channels, epsilon);
        Value patches = built.layers(geometry.length(), vision.positive("depth", 32), mlp);
        built.resample(patches, text.positive("hidden_size", 2560), text.number("rms_norm_eps", 1e-5));
        return builder.openOverGrid(PatchProcessing::grid, tower.angles());
    }

    private static NameLayout layout(String tower) {
        return name -> (name.startsWith(RESAMPLER) ? "model." : tower) + name;
    }

    /** Refuses what would be another tower. */
    private static void requireOneKind(ModelConfig config, ModelConfig vision, Geometry geometry, int channels) {
        vision.requireOnly("in_channels", 3);
        vision.requireOnly("embed_dim", channels);
        vision.requireOnly("temporal_merge_size", FRAMES);
        config.requireOnly("temporal_conv_size", FRAMES);
        config.requireOnly("spatial_conv_size", geometry.merge());
        if (!config.flag("use_temporal_conv", true)) {
            throw config.refused("use_temporal_conv", "true");
        }
        ModelConfig rope = vision.optionalObject("rope_parameters");
        rope.oneOf("rope_type", "axial");
        if (rope.number("rope_theta", THETA) != THETA) {
            throw rope.refused("rope_theta", String.valueOf(THETA));
        }
    }

    private Value layers(int patchLength, int count, MlpShape mlp) {
        Value x = tower.embedded(builder.root().at("patch_embed.proj"), false, channels, patchLength);
        for (int i = 0; i < count; i++) {
            x = tower.layer(i, x, mlp, epsilon);
        }
        return Norm.layer(builder.root().at("ln"), x, channels, epsilon);
    }

    private void resample(Value patches, int outChannels, double outEpsilon) {
        Scope resampler = builder.root().at(RESAMPLER);
        int merged = tower.mergedChannels();
        Value frame = mlp(resampler.at("spatial_linear"), merged, tower.merged(patches));
        Value frames = builder.ops().concat(1, frame, frame);
        Value pair = mlp(resampler.at("temporal_linear"), FRAMES * merged, frames);
        Value projected =
                Linear.of(resampler.at("mlp"), merged, outChannels, true).apply(pair);
        Value features = Norm.rms(resampler.at("after_norm"), projected, outChannels, outEpsilon);
        tower.output(VisionFeatures.FEATURES, features, outChannels);
    }

    /** Two linear layers and a norm, to merged channels. */
    private Value mlp(Scope scope, int in, Value x) {
        int merged = tower.mergedChannels();
        Value output = Mlp.plain(
                Linear.of(scope.at("0"), in, merged, true),
                Activation.GELU,
                Linear.of(scope.at("2"), merged, merged, true),
                x);
        return Norm.layer(scope.at("3"), output, merged, epsilon);
    }
}
