package dev.embedonce.lab.experiment;

import dev.embedonce.codec.Safetensors;
import dev.embedonce.codec.TensorSpec;
import dev.embedonce.lab.base.Seeds;
import dev.embedonce.value.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes a small DINOv2 checkpoint with random weights: a model that differs from the lab's own in architecture,
 * weights and dimension, made anywhere without a download. It accepts pictures of any size, so the same model can be
 * fed 224 and 336 pixels.
 */
public final class TinyDinov2 {
    private static final int CHANNELS = 48;
    private static final int LAYERS = 2;
    private static final int PATCH = 16;
    private static final int POSITIONS = 14;

    private final List<TensorSpec> tensors = new ArrayList<>();

    private TinyDinov2() {}

    /**
     * Writes {@code config.json}, {@code preprocessor_config.json} and {@code model.safetensors}.
     *
     * @param seed of the weights: equal seeds make equal models
     * @param pixels width and height that pictures are resized to
     */
    public static void write(Path folder, long seed, int pixels) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config());
        Files.writeString(folder.resolve("preprocessor_config.json"), preprocessor(pixels));
        new TinyDinov2().weights(folder.resolve("model.safetensors"), seed);
    }

    private static String config() {
        return """
                {"architectures": ["Dinov2Model"], "attention_probs_dropout_prob": 0.0, "drop_path_rate": 0.0,
                 "hidden_act": "gelu", "hidden_dropout_prob": 0.0, "hidden_size": %d, "image_size": %d,
                 "layer_norm_eps": 1e-06, "layerscale_value": 1.0, "mlp_ratio": 4, "model_type": "dinov2",
                 "num_attention_heads": 4, "num_channels": 3, "num_hidden_layers": %d, "patch_size": %d,
                 "qkv_bias": true, "use_swiglu_ffn": false}
                """.formatted(CHANNELS, POSITIONS * PATCH, LAYERS, PATCH);
    }

    private static String preprocessor(int pixels) {
        return """
                {"image_processor_type": "BitImageProcessor", "do_convert_rgb": true,
                 "do_resize": true, "size": {"shortest_edge": %1$d}, "resample": 3,
                 "do_center_crop": true, "crop_size": {"height": %1$d, "width": %1$d},
                 "do_rescale": true, "rescale_factor": 0.00392156862745098,
                 "do_normalize": true, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
                """.formatted(pixels);
    }

    private void weights(Path file, long seed) throws IOException {
        add("embeddings.cls_token", 1, 1, CHANNELS);
        add("embeddings.mask_token", 1, CHANNELS);
        add("embeddings.position_embeddings", 1, 1 + POSITIONS * POSITIONS, CHANNELS);
        add("embeddings.patch_embeddings.projection.weight", CHANNELS, 3, PATCH, PATCH);
        add("embeddings.patch_embeddings.projection.bias", CHANNELS);
        for (int i = 0; i < LAYERS; i++) {
            layer("encoder.layer." + i + ".");
        }
        norm("layernorm");
        Random random = Seeds.random(seed, "tiny dinov2");
        ByteBuffer data = ByteBuffer.allocate(
                        tensors.stream().mapToInt(TensorSpec::sizeBytes).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer floats = data.asFloatBuffer();
        while (floats.hasRemaining()) {
            floats.put((float) (0.1 * random.nextGaussian()));
        }
        Map<String, String> metadata = Map.of("format", "pt");
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (ByteBuffer part : List.of(Safetensors.prefix(tensors, metadata), data)) {
                while (part.hasRemaining()) {
                    out.write(part);
                }
            }
        }
    }

    private void layer(String layer) {
        norm(layer + "norm1");
        for (String part : List.of("query", "key", "value")) {
            linear(layer + "attention.attention." + part, CHANNELS, CHANNELS);
        }
        linear(layer + "attention.output.dense", CHANNELS, CHANNELS);
        add(layer + "layer_scale1.lambda1", CHANNELS);
        norm(layer + "norm2");
        linear(layer + "mlp.fc1", CHANNELS, 4 * CHANNELS);
        linear(layer + "mlp.fc2", 4 * CHANNELS, CHANNELS);
        add(layer + "layer_scale2.lambda1", CHANNELS);
    }

    private void norm(String name) {
        add(name + ".weight", CHANNELS);
        add(name + ".bias", CHANNELS);
    }

    private void linear(String name, int in, int out) {
        add(name + ".weight", out, in);
        add(name + ".bias", out);
    }

    private void add(String name, long... shape) {
        tensors.add(new TensorSpec(name, DType.FLOAT32, shape));
    }
}
