package dev.embedonce.feature;

import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An encoder that is a function of the caller's, with version strings of the caller's: whoever changes the function
 * changes them. There are no pixel hits, since the cache does not see the pixels. As thread-safe as the function.
 */
public final class FunctionEncoder implements FeatureEncoder<FunctionEncoder.Bytes> {
    /** The image as it is. */
    public static final class Bytes implements Prepared {
        private final byte[] image;

        private Bytes(byte[] image) {
            this.image = image;
        }

        @Override
        public @Nullable InputDigest inputDigest() {
            return null;
        }

        @Override
        public int width() {
            return 0;
        }

        @Override
        public int height() {
            return 0;
        }
    }

    private final String modelVersion;
    private final String preprocVersion;
    private final Function<byte[], float[]> function;

    /**
     * An encoder.
     *
     * @param function from encoded image bytes to a vector, float32 {@code [dimension]}; copied
     * @throws IllegalArgumentException if a version is empty or says nothing, such as "unknown"
     */
    public FunctionEncoder(String modelVersion, String preprocVersion, Function<byte[], float[]> function) {
        this.modelVersion = CacheKey.requireVersion("modelVersion", modelVersion);
        this.preprocVersion = CacheKey.requireVersion("preprocVersion", preprocVersion);
        this.function = function;
    }

    @Override
    public String modelVersion() {
        return modelVersion;
    }

    @Override
    public String preprocVersion() {
        return preprocVersion;
    }

    @Override
    public String runtime() {
        return "function";
    }

    @Override
    public int batchSize() {
        return 1;
    }

    @Override
    public Bytes prepare(byte[] image) {
        return new Bytes(image);
    }

    @Override
    public List<Map<String, Tensor>> encode(List<Bytes> batch) {
        List<Map<String, Tensor>> outputs = new ArrayList<>(batch.size());
        for (Bytes one : batch) {
            outputs.add(Map.of(
                    Entry.EMBEDDING, Embedding.of(function.apply(one.image)).tensor()));
        }
        return outputs;
    }
}
