package dev.embedonce.cache;

import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Prepared;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Encodes text "images" of the form {@code pixels|metadata}: the pixels are the encoder's input, the metadata are bytes
 * that do not reach it. "broken..." cannot be decoded, "poison..." makes the encoder fail. Counts its work.
 */
class FakeEncoder implements FeatureEncoder<FakeEncoder.Pixels> {
    record Pixels(String text, @Nullable InputDigest inputDigest) implements Prepared {
        @Override
        public int width() {
            return text.length();
        }

        @Override
        public int height() {
            return 1;
        }
    }

    final AtomicInteger encodedImages = new AtomicInteger();
    final ConcurrentLinkedQueue<Integer> batches = new ConcurrentLinkedQueue<>();
    String modelVersion = "fake@1";
    String preprocVersion = "text@1";
    int batchSize = 4;
    Runnable beforeEncode = () -> {};

    static byte[] image(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Other texts, other vectors: a float holds 24 bits exactly. */
    static float[] vectorOf(String pixels) {
        return new float[] {pixels.hashCode() >>> 8, pixels.hashCode() & 0xFF};
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
        return "fake 1";
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public Pixels prepare(byte[] image) {
        String text = new String(image, StandardCharsets.UTF_8);
        if (text.startsWith("broken")) {
            throw new IllegalArgumentException("not an image: " + text);
        }
        String pixels = text.split("\\|", 2)[0];
        Tensor tensor = Tensor.ofFloats(vectorOf(pixels));
        return new Pixels(pixels, InputDigest.of(Map.of("pixel_values", tensor), Map.of()));
    }

    @Override
    public List<Map<String, Tensor>> encode(List<Pixels> batch) {
        beforeEncode.run();
        batches.add(batch.size());
        List<Map<String, Tensor>> outputs = new ArrayList<>();
        for (Pixels pixels : batch) {
            if (pixels.text().startsWith("poison")) {
                throw new IllegalStateException("cannot encode " + pixels.text());
            }
            encodedImages.incrementAndGet();
            outputs.add(Map.of(
                    Entry.EMBEDDING, Embedding.of(vectorOf(pixels.text())).tensor()));
        }
        return outputs;
    }

    static List<byte[]> images(String... texts) {
        return Arrays.stream(texts).map(FakeEncoder::image).toList();
    }
}
