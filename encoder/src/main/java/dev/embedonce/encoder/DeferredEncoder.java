package dev.embedonce.encoder;

import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An encoder of which everything is known but its answers: what gives those is opened when the first batch is encoded,
 * which a run that finds all its pictures in the cache never does.
 */
final class DeferredEncoder implements ImageEncoder {
    /** What the encoder will say of itself; {@code input} is the graph's input. */
    record Known(
            String modelVersion, String input, ImageProcessor processor, int dimension, int batchSize, int threads) {}

    private final Known known;
    private final Supplier<ImageEncoder> opener;
    private @Nullable ImageEncoder opened;
    private boolean closed;

    DeferredEncoder(Known known, Supplier<ImageEncoder> opener) {
        this.known = known;
        this.opener = opener;
    }

    private synchronized ImageEncoder opened() {
        if (closed) {
            throw new IllegalStateException("the encoder is closed");
        }
        if (opened == null) {
            ImageEncoder encoder = opener.get();
            if (!encoder.modelVersion().equals(known.modelVersion()) || encoder.dimension() != known.dimension()) {
                encoder.close();
                throw new IllegalStateException("expected " + known.modelVersion() + " with vectors of "
                        + known.dimension() + ", found " + encoder.modelVersion() + " of " + encoder.dimension());
            }
            opened = encoder;
        }
        return opened;
    }

    @Override
    public String modelVersion() {
        return known.modelVersion();
    }

    @Override
    public String preprocVersion() {
        return known.processor().preprocVersion();
    }

    @Override
    public String runtime() {
        return opened().runtime();
    }

    @Override
    public int batchSize() {
        return known.batchSize();
    }

    /** Asked when nothing is open yet; what is opened runs on the CPU. */
    @Override
    public int imagesPerRun() {
        return Math.min(known.batchSize(), known.threads());
    }

    @Override
    public int dimension() {
        return known.dimension();
    }

    @Override
    public int threads() {
        return known.threads();
    }

    @Override
    public PreparedImage prepare(byte[] image) {
        return PreparedImage.of(known.input(), known.processor().process(image));
    }

    @Override
    public List<Map<String, Tensor>> encode(List<PreparedImage> batch) {
        return opened().encode(batch);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (opened != null) {
            opened.close();
        }
    }

    @Override
    public String toString() {
        return modelVersion();
    }
}
