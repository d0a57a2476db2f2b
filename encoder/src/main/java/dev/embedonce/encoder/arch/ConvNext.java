package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.LayerScale;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import java.util.List;
import java.util.Set;

/**
 * ConvNeXt: stages of depthwise convolutions and MLPs over the channels. The pooler output is the mean over all
 * positions, normalised. Takes pictures of any size.
 */
// Source: transformers 5.23, models/convnext/modeling_convnext.py, ConvNextModel
final class ConvNext implements EncoderArchitecture {
    private static final int REVISION = 1;
    /** Fixed in the model's code, whatever the config says about the last norm. */
    private static final double INNER_EPSILON = 1e-6;

    private static final int KERNEL = 7;

    record Config(
            List<Integer> channels,
            List<Integer> depths,
            int patchSize,
            Activation activation,
            double epsilon,
            boolean layerScale,
            int imageSize) {
        static Config read(ModelConfig config) {
            config.requireOnly("num_channels", 3);
            List<Integer> channels = config.positives("hidden_sizes");
            List<Integer> depths = config.positives("depths");
            if (depths.size() != channels.size() || config.positive("num_stages", 4) != depths.size()) {
                throw config.refused("depths", "as many as num_stages and hidden_sizes");
            }
            return new Config(
                    channels,
                    depths,
                    config.side("patch_size"),
                    config.activation("hidden_act"),
                    config.number("layer_norm_eps"),
                    config.nonNegative("layer_scale_init_value", 1e-6) > 0,
                    config.side("image_size", 224));
        }
    }

    @Override
    public Set<Modality> modalities() {
        return Set.of(Modality.IMAGE);
    }

    @Override
    public BuiltModel build(ModelFiles files, Modality modality, BuildOptions options) {
        ModelConfig json = files.config().recordedBy(new ConfigRecord());
        Config config = Config.read(json);
        Tower tower = new Tower(
                "convnext.image",
                REVISION,
                files,
                json,
                options,
                List.of(NameLayout.canonical(), NameLayout.prefixed("convnext.")),
                "embeddings.patch_embeddings.weight");
        Pooling pooling = tower.pooling(List.of(Pooling.POOLER, Pooling.MEAN));
        Ops ops = tower.ops();
        Scope embeddings = tower.root().at("embeddings");
        int first = config.channels.get(0);
        Value x = convolve(embeddings.at("patch_embeddings"), tower.pixelValues(), 3, first, config.patchSize);
        x = channelNorm(embeddings.at("layernorm"), x, first);
        for (int stage = 0; stage < config.depths.size(); stage++) {
            x = stage(tower, config, stage, x);
        }
        int last = config.channels.get(config.channels.size() - 1);
        Value mean = ops.mean(x, false, 2, 3);
        Value vector =
                pooling == Pooling.MEAN ? mean : Norm.layer(tower.root().at("layernorm"), mean, last, config.epsilon);
        return tower.finish(modality, vector, last, config.imageSize, pooling);
    }

    private static Value stage(Tower tower, Config config, int stage, Value x) {
        String name = "encoder.stages." + stage;
        int channels = config.channels.get(stage);
        int before = config.channels.get(Math.max(0, stage - 1));
        Value hidden = x;
        if (stage > 0) {
            Scope down = tower.root().at(name + ".downsampling_layer");
            hidden = convolve(down.at("1"), channelNorm(down.at("0"), hidden, before), before, channels, 2);
        }
        for (int i = 0; i < config.depths.get(stage); i++) {
            hidden = layer(tower.layer(name + ".layers", i), config, channels, hidden);
        }
        return hidden;
    }

    private static Value layer(Scope scope, Config config, int channels, Value x) {
        Ops ops = scope.ops();
        Value local = ops.conv(
                x,
                scope.weight("dwconv.weight", channels, 1, KERNEL, KERNEL),
                scope.weight("dwconv.bias", channels),
                KERNEL,
                1,
                KERNEL / 2,
                channels);
        Value channelsLast = ops.transpose(local, 0, 2, 3, 1);
        Value flat = ops.reshape(channelsLast, -1, channels);
        Value mlp = Mlp.plain(
                Linear.of(scope.at("pwconv1"), channels, 4 * channels, true),
                config.activation,
                Linear.of(scope.at("pwconv2"), 4 * channels, channels, true),
                Norm.layer(scope.at("layernorm"), flat, channels, INNER_EPSILON));
        Value scaled = config.layerScale ? LayerScale.apply(scope, "layer_scale_parameter", mlp, channels) : mlp;
        Value map = ops.transpose(ops.reshape(scaled, ops.shape(channelsLast)), 0, 3, 1, 2);
        return ops.add(x, map);
    }

    private static Value convolve(Scope scope, Value x, int in, int out, int kernel) {
        return scope.ops()
                .conv(
                        x,
                        scope.weight("weight", out, in, kernel, kernel),
                        scope.weight("bias", out),
                        kernel,
                        kernel,
                        0,
                        1);
    }

    /** LayerNorm over the channels of [batch, channels, height, width]. */
    private static Value channelNorm(Scope scope, Value x, int channels) {
        Ops ops = scope.ops();
        Value normal = Norm.layer(scope, ops.transpose(x, 0, 2, 3, 1), channels, INNER_EPSILON);
        return ops.transpose(normal, 0, 3, 1, 2);
    }
}
