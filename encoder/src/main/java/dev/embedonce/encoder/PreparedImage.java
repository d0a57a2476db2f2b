package dev.embedonce.encoder;

import dev.embedonce.cache.InputDigest;
import dev.embedonce.cache.Prepared;
import dev.embedonce.image.PixelValues;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** A picture as its encoder reads it: float32 {@code [3, height, width]}, and the digest of exactly that. Immutable. */
public final class PreparedImage implements Prepared {
    private final Tensor pixelValues;
    private final int width;
    private final int height;
    private final InputDigest inputDigest;

    private PreparedImage(String inputName, Tensor pixelValues, int width, int height) {
        this.pixelValues = pixelValues;
        this.width = width;
        this.height = height;
        this.inputDigest = InputDigest.of(Map.of(inputName, pixelValues), Map.of());
    }

    /** Copies the pixels out of {@code values}. */
    static PreparedImage of(String inputName, PixelValues values) {
        int bytes = Math.multiplyExact(values.data().remaining(), Float.BYTES);
        ByteBuffer copy = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        copy.asFloatBuffer().put(values.data().duplicate());
        Tensor pixels = Tensor.view(DType.FLOAT32, values.shape(), copy);
        return new PreparedImage(inputName, pixels, values.originalWidth(), values.originalHeight());
    }

    /** Float32 {@code [3, height, width]}, RGB, normalised; sizes after preprocessing. */
    public Tensor pixelValues() {
        return pixelValues;
    }

    @Override
    public InputDigest inputDigest() {
        return inputDigest;
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
