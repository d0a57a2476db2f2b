package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.LearnedTaps;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.model.tower.PatchTower.MlpShape;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tower of Qwen3-VL and its like: patches with learned positions (interpolated to the picture's grid) and rotary
 * positions by row and column; after some layers, if any, a merger makes features for the first layers of the language
 * model (deepstack).
 */
// Source: transformers 5.23, models/qwen3_vl/modeling_qwen3_vl.py, Qwen3VLVisionModel
public final class DeepstackVision {
    /** Pixels a side of a patch where the config is silent. */
    public static final int PATCH = 16;

    /** How Qwen3-VL's checkpoints name the tensors. */
    public static final List<NameLayout> QWEN3_VL =
            List.of(NameLayout.prefixed("model.visual."), NameLayout.prefixed("visual."));

    private static final int REVISION = 1;
    private static final double EPSILON = 1e-6;

    private final TowerBuilder builder;
    private final PatchTower tower;
    private final Ops ops;
    private final int channels;
    private final MlpShape mlp;
    private final int outChannels;

    private DeepstackVision(TowerBuilder builder, PatchTower tower, int channels, ModelConfig config) {
        this.builder = builder;
        this.tower = tower;
        this.ops = builder.ops();
        this.channels = channels;
        this.mlp = new MlpShape(
                "mlp.linear_fc1",
                "mlp.linear_fc2",
                config.positive("intermediate_size", 4304),
                config.activation("hidden_act", Activation.GELU_TANH));
        this.outChannels = config.positive("out_hidden_size", 3584);
    }

    /** What the features of a deepstack level are called. */
    private static String level(int index) {
        return "deepstack_" + index;
    }

    private static List<Integer> layers(ModelConfig config, List<Integer> otherwise) {
        return config.integers("deepstack_visual_indexes", otherwise);
    }

    /**
     * What the features for the first layers of the language model are called, in order.
     *
     * @param config the {@code vision_config}
     * @param otherwise the layers with deepstack features where the config is silent
     */
    public static List<String> levels(ModelConfig config, List<Integer> otherwise) {
        return IntStream.range(0, layers(config, otherwise).size())
                .mapToObj(DeepstackVision::level)
                .toList();
    }

    /**
     * Opens the tower of a model's {@code vision_config}.
     *
     * @param architecture the name in the fingerprint, such as {@code qwen3_vl.vision}
     * @param otherwise as for {@link #levels}
     * @param layouts the ways in which checkpoints name the tensors, which are called {@code patch_embed...} here
     * @param processor the patches as the processor makes them
     * @throws dev.embedonce.error.ModelLoadException if a setting is not supported, or a weight is missing or has
     *     another shape than the config says
     */
    public static VisionTower open(
            String architecture,
            List<Integer> otherwise,
            List<NameLayout> layouts,
            FamilyFiles files,
            FamilyOptions options,
            Geometry processor) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord()).object("vision_config");
        config.requireOnly("in_channels", 3);
        Geometry geometry = PatchTower.geometry(config, PATCH, processor);
        int positions = config.positive("num_position_embeddings", 2304);
        int layers = config.positive("depth", 27);
        int channels = config.positive("hidden_size", 1152);
        int heads = config.positive("num_heads", 16);
        List<Integer> levels = layers(config, otherwise);
        TowerBuilder builder =
                new TowerBuilder(architecture, REVISION, config, files, options, layouts, "patch_embed.proj.weight");
        PatchTower tower = new PatchTower(builder, geometry, channels, heads);
        new DeepstackVision(builder, tower, channels, config).build(positions, layers, levels);
        return builder.openOverGrid(
                PatchProcessing::grid,
                tower.angles(),
                new LearnedTaps(geometry.merge(), (int) Math.sqrt(positions), true));
    }

    private void build(int positions, int layers, List<Integer> levels) {
        Value x = ops.add(
                tower.embedded(true), tower.learnedPositions(builder.root().at("pos_embed"), positions));
        int merged = tower.mergedChannels();
        for (int i = 0; i < layers; i++) {
            x = tower.layer(i, x, mlp, EPSILON);
            if (levels.contains(i)) {
                int level = levels.indexOf(i);
                Scope merger = builder.root().at("deepstack_merger_list", level);
                project(level(level), merger, Norm.layer(merger.at("norm"), tower.merged(x), merged, EPSILON));
            }
        }
        Scope merger = builder.root().at("merger");
        Value normed = Norm.layer(merger.at("norm"), x, channels, EPSILON);
        project(VisionFeatures.FEATURES, merger, tower.merged(normed));
    }

    private void project(String name, Scope merger, Value x) {
        tower.project(name, merger.at("linear_fc1"), merger.at("linear_fc2"), x, outChannels);
    }
}
