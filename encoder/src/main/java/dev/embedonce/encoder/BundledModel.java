package dev.embedonce.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.model.JsonFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;

/** The default encoder, a resource of this library: EfficientNet-Lite0, 1280 numbers a vector. */
final class BundledModel {
    private static final String NAME = "the bundled default encoder";

    /** Of model.onnx, like the three below; all are compared with the file when it is opened. */
    private static final String SHA256 = "730f0cc0e03118a5b71e003827f92c6b004be7195627c12f65393ec0ed47a871";

    private static final String INPUT = "pixel_values";
    private static final String OUTPUT = "pooler_output";
    private static final int DIMENSION = 1280;

    private BundledModel() {}

    /**
     * Its session is opened when the first picture is encoded, unless the options are such that this may be refused.
     */
    static ImageEncoder open(EncoderOptions options) {
        EncoderAssembly.requireAsPublished(NAME, options);
        JsonNode config = JsonFiles.parse(NAME + ": config.json", resource("config.json"));
        ImageProcessor processor = HfImageProcessors.parse(
                new String(resource("preprocessor_config.json"), StandardCharsets.UTF_8),
                config.path("model_type").asText(),
                options.pixels());
        boolean ordinary = options.device() == Device.CPU
                && options.output().isEmpty()
                && options.pooling().isEmpty();
        if (!ordinary) {
            return load(config, processor, options);
        }
        VectorOutput output = new VectorOutput(OUTPUT, VectorOutput.Reduction.NONE, options.normalize());
        return new DeferredEncoder(
                new DeferredEncoder.Known(
                        version(config, SHA256, output),
                        INPUT,
                        processor,
                        DIMENSION,
                        options.batchSize(),
                        options.threads()),
                () -> load(config, processor, options));
    }

    private static ImageEncoder load(JsonNode config, ImageProcessor processor, EncoderOptions options) {
        byte[] model = resource("model.onnx");
        OnnxSession session = OnnxSession.open(NAME, model, EncoderAssembly.sessionOptions(options));
        return EncoderAssembly.closingOnError(session, () -> {
            VectorOutput output = OutputRule.choose(NAME, session, options, SentenceTransformersConfig.NONE);
            String version = version(config, sha256(model), output);
            return EncoderAssembly.assemble(NAME, session, false, output, processor, version, options);
        });
    }

    private static String version(JsonNode config, String model, VectorOutput output) {
        return OnnxVersion.of(Optional.of(config), model, new TreeMap<>(), false, output);
    }

    private static byte[] resource(String name) {
        try (InputStream in = BundledModel.class.getResourceAsStream("default/" + name)) {
            if (in == null) {
                throw new IllegalStateException(NAME + ": " + name + " is missing from the library");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(NAME + ": " + name + " cannot be read", e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
