package dev.embedonce.lab.experiment;

import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Prepared;
import dev.embedonce.lab.picture.RgbPicture;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stand-in for a vision encoder: its input is the mean colour of each field of a grid, its answer that input times a
 * factor. So equal pixels give equal vectors, different pictures different ones. Counts its work.
 */
public final class PixelEncoder implements FeatureEncoder<PixelEncoder.Fields> {
    public record Fields(Tensor values, InputDigest inputDigest) implements Prepared {
        @Override
        public int width() {
            return 0;
        }

        @Override
        public int height() {
            return 0;
        }
    }

    private final String name;
    private final int grid;
    private final int batchSize;
    final AtomicInteger encodedImages = new AtomicInteger();

    public PixelEncoder(String name, int grid, int batchSize) {
        this.name = name;
        this.grid = grid;
        this.batchSize = batchSize;
    }

    @Override
    public String modelVersion() {
        return name;
    }

    @Override
    public String preprocVersion() {
        return "grid" + grid;
    }

    @Override
    public String runtime() {
        return "test";
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public Fields prepare(byte[] image) {
        RgbPicture picture = RgbPicture.decode(image);
        float[] sums = new float[grid * grid * 3];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int field = (y * grid / picture.height() * grid + x * grid / picture.width()) * 3;
                int rgb = picture.rgb(x, y);
                sums[field] += rgb >> 16;
                sums[field + 1] += (rgb >> 8) & 0xFF;
                sums[field + 2] += rgb & 0xFF;
            }
        }
        Tensor values = Tensor.ofFloats(sums);
        return new Fields(values, InputDigest.of(Map.of("fields", values), Map.of()));
    }

    @Override
    public List<Map<String, Tensor>> encode(List<Fields> batch) {
        encodedImages.addAndGet(batch.size());
        return batch.stream().map(one -> Map.of(Entry.EMBEDDING, answer(one))).toList();
    }

    private Tensor answer(Fields fields) {
        float[] values = new float[(int) fields.values().elementCount()];
        fields.values().floats().get(values);
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] * name.length() + (i == 0 ? name.hashCode() % 1000 : 0);
        }
        return Tensor.ofFloats(values);
    }
}
