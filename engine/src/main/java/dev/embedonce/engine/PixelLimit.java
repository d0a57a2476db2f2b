package dev.embedonce.engine;

import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.Prepared;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Refuses pictures with too many pixels, by their headers, before an encoder decodes them. As part of the encoder it
 * sees only pictures that are to be encoded: one whose features are known is never opened. Thread-safe.
 */
public final class PixelLimit {
    private final ImageDecoder headers;

    /** @param mostPixels of one picture, width times height */
    public PixelLimit(long mostPixels) {
        this.headers = new ImageDecoder(ExifPolicy.IGNORE, mostPixels);
    }

    /**
     * The same encoder, whose {@link FeatureEncoder#prepare} throws an {@link ImageException} for too large a picture,
     * or none.
     */
    public <P extends Prepared> FeatureEncoder<P> before(FeatureEncoder<P> encoder) {
        return new Limited<>(encoder, headers);
    }

    private record Limited<P extends Prepared>(FeatureEncoder<P> encoder, ImageDecoder headers)
            implements FeatureEncoder<P> {
        @Override
        public String modelVersion() {
            return encoder.modelVersion();
        }

        @Override
        public String preprocVersion() {
            return encoder.preprocVersion();
        }

        @Override
        public String runtime() {
            return encoder.runtime();
        }

        @Override
        public int batchSize() {
            return encoder.batchSize();
        }

        @Override
        public P prepare(byte[] image) {
            headers.inspect(image);
            return encoder.prepare(image);
        }

        @Override
        public List<Map<String, Tensor>> encode(List<P> batch) {
            return encoder.encode(batch);
        }
    }
}
