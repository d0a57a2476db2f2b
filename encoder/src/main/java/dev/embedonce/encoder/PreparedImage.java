package dev.embedonce.encoder;

import dev.embedonce.cache.InputDigest;
import dev.embedonce.cache.Prepared;
import dev.embedonce.image.PixelValues;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A picture as its encoder reads it: float32 {@code [3, height, width]}. Immutable and thread-safe. */
public final class PreparedImage implements Prepared {
    private final String inputName;
    private final Tensor pixelValues;
    private final @Nullable ByteBuffer samples;
    private final int width;
    private final int height;

    private PreparedImage(String inputName, Tensor pixelValues, PixelValues values) {
        this.inputName = inputName;
        this.pixelValues = pixelValues;
        this.samples = values.samples();
        this.width = values.originalWidth();
        this.height = values.originalHeight();
    }

    /** Copies the pixels out of {@code values}. */
    static PreparedImage of(String inputName, PixelValues values) {
        int bytes = Math.multiplyExact(values.data().remaining(), Float.BYTES);
        ByteBuffer copy = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        copy.asFloatBuffer().put(values.data().duplicate());
        return new PreparedImage(inputName, Tensor.view(DType.FLOAT32, values.shape(), copy), values);
    }

    /** Float32 {@code [3, height, width]}, RGB, normalised; sizes after preprocessing. */
    public Tensor pixelValues() {
        return pixelValues;
    }

    @Override
    public InputDigest inputDigest() {
        return samples == null
                ? InputDigest.of(Map.of(inputName, pixelValues), Map.of())
                : InputDigest.ofSamples(inputName, pixelValues.shape(), samples.duplicate());
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }
}
