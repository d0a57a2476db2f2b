package dev.embedonce.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.image.HfImageProcessors;
import dev.embedonce.image.ImageProcessor;
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

    private BundledModel() {}

    static ImageEncoder open(EncoderOptions options) {
        EncoderAssembly.requireAsPublished(NAME, options);
        byte[] model = resource("model.onnx");
        JsonNode config = ModelJson.parse(NAME + ": config.json", resource("config.json"));
        ImageProcessor processor = HfImageProcessors.parse(
                new String(resource("preprocessor_config.json"), StandardCharsets.UTF_8),
                config.path("model_type").asText(),
                options.pixels());
        OnnxSession session = OnnxSession.open(NAME, model, null, EncoderAssembly.sessionOptions(options));
        return EncoderAssembly.closingOnError(session, () -> {
            VectorOutput output = OutputRule.choose(NAME, session, options, SentenceTransformersConfig.NONE);
            String version = OnnxVersion.of(Optional.of(config), sha256(model), new TreeMap<>(), output);
            return EncoderAssembly.assemble(NAME, session, output, processor, version, options);
        });
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
