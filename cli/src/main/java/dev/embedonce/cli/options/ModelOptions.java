package dev.embedonce.cli.options;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.arch.Pooling;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.PillowProfile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which encoder and how it runs: options that commands share. */
public final class ModelOptions {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            defaultValue = "default",
            description =
                    "The encoder: 'default' (EfficientNet-Lite0, bundled) or a model folder. Default: ${DEFAULT-VALUE}.")
    private String model = "default";

    @Option(names = "--normalize", description = "Scale every vector to length 1 (part of the model version).")
    private boolean normalize;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description =
                    "Pixels as this Pillow gives them: pillow-12 or pillow-13 (part of the preprocessing version).")
    private @Nullable String profile;

    @Option(names = "--max-pixels", paramLabel = "N", description = "Refuse images with more pixels than this.")
    private @Nullable Long maxPixels;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "cpu or cuda. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--pooling",
            paramLabel = "HOW",
            description = "What becomes the vector: cls, mean, pooler or projection (part of the model version).")
    private @Nullable Pooling pooling;

    @Option(
            names = "--output",
            paramLabel = "NAME",
            description = "The output of a ready ONNX model to take (part of the model version).")
    private @Nullable String output;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description =
                    "float32, or safetensors weights quantised at load: int8 or int4 (part of the model version). Default: ${DEFAULT-VALUE}.")
    private NumericMode dtype = NumericMode.FLOAT32;

    @Option(
            names = "--memory",
            paramLabel = "HOW",
            defaultValue = "fast",
            description =
                    "Weights repacked for speed (fast) or left in the mapped file (map). Default: ${DEFAULT-VALUE}.")
    private WeightMemory memory = WeightMemory.FAST;

    @Option(names = "--rehash", description = "Digest model files anew instead of trusting remembered digests.")
    private boolean rehash;

    /** What the user calls the model. */
    public String name() {
        return model;
    }

    /** Opens the encoder; the caller closes it. */
    public ImageEncoder open(int batchSize, int threads) {
        return ImageEncoders.open(model, encoderOptions(batchSize, threads));
    }

    /** How to open the model's image or text side. */
    public EncoderOptions encoderOptions(int batchSize, int threads) {
        EncoderOptions.Builder options = EncoderOptions.builder();
        if (pooling != null) {
            options.pooling(pooling);
        }
        if (output != null) {
            options.output(output);
        }
        return options.device(Device.ofName(device))
                .numericMode(dtype)
                .memory(memory)
                .batchSize(batchSize)
                .threads(threads)
                .normalize(normalize)
                .pixels(pixelOptions())
                .rehash(rehash)
                .build();
    }

    /** What the model's configuration leaves open about its pixels. */
    public PixelOptions pixelOptions() {
        PixelOptions pixels = PixelOptions.defaults();
        if (profile != null) {
            pixels = pixels.withProfile(PillowProfile.ofLabel(profile));
        }
        return maxPixels == null ? pixels : pixels.withMaxPixels(maxPixels);
    }
}
