package dev.embedonce.encoder;

import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Prepared;
import dev.embedonce.image.process.PixelValues;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/** A picture as its encoder reads it: float32 {@code [3, height, width]}. Immutable and thread-safe. */
public final class PreparedImage implements Prepared {
    private final String inputName;
    private final PixelValues values;

    private PreparedImage(String inputName, PixelValues values) {
        this.inputName = inputName;
        this.values = values;
    }

    /** Keeps {@code values}, which nobody may change any more. */
    static PreparedImage of(String inputName, PixelValues values) {
        return new PreparedImage(inputName, values);
    }

    /** Float32 {@code [3, height, width]}, RGB, normalised; sizes after preprocessing. A copy. */
    public Tensor pixelValues() {
        ByteBuffer copy = ByteBuffer.allocate(Math.multiplyExact(pixels().remaining(), Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        copy.asFloatBuffer().put(pixels());
        return Tensor.view(DType.FLOAT32, shape(), copy);
    }

    /** {@code [3, height, width]}. */
    long[] shape() {
        return values.shape();
    }

    /** The elements, to be read. */
    FloatBuffer pixels() {
        return values.data().asReadOnlyBuffer();
    }

    @Override
    public InputDigest inputDigest() {
        ByteBuffer samples = values.samples();
        return samples == null
                ? InputDigest.of(Map.of(inputName, pixelValues()), Map.of())
                : InputDigest.ofSamples(inputName, shape(), samples.duplicate());
    }

    @Override
    public int width() {
        return values.originalWidth();
    }

    @Override
    public int height() {
        return values.originalHeight();
    }
}
