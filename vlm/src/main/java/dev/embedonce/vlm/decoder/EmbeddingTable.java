package dev.embedonce.vlm.decoder;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.safetensors.HalfFloats;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The vectors of all token ids, read from the mapped checkpoint as they are asked for. Immutable and thread-safe.
 */
public final class EmbeddingTable {
    private static final long MAP_AT_ONCE = 1L << 30;

    private final TensorType type;
    private final int width;
    private final int rowsPerPart;
    private final float scale;
    private final List<ByteBuffer> parts = new ArrayList<>();

    /** @param tensor F32, F16 or BF16 {@code [vocabulary, width]} */
    public EmbeddingTable(TensorInfo tensor) {
        this(tensor, 1);
    }

    /**
     * A table whose vectors are multiplied.
     *
     * @param tensor F32, F16 or BF16 {@code [vocabulary, width]}
     */
    public EmbeddingTable(TensorInfo tensor, float scale) {
        if (tensor.shape().rank() != 2 || !tensor.type().isFloatWeight()) {
            throw new ModelLoadException(tensor.file() + ": tensor " + tensor.name()
                    + ": expected a float matrix, found " + tensor.describe());
        }
        this.type = tensor.type();
        this.scale = scale;
        this.width = Math.toIntExact(tensor.shape().dim(1));
        long rowBytes = (long) width * type.sizeBytes();
        this.rowsPerPart = Math.toIntExact(MAP_AT_ONCE / rowBytes);
        for (long first = 0; first < tensor.shape().dim(0); first += rowsPerPart) {
            long rows = Math.min(rowsPerPart, tensor.shape().dim(0) - first);
            parts.add(Weights.map(tensor, first * rowBytes, rows * rowBytes));
        }
    }

    /** What the table's vectors are multiplied by. */
    float scale() {
        return scale;
    }

    /** Length of a vector. */
    public int width() {
        return width;
    }

    /**
     * Appends the vector of one token.
     *
     * @throws IndexOutOfBoundsException if the table has no such id
     */
    public void put(long id, FloatBuffer target) {
        ByteBuffer part = parts.get(Math.toIntExact(id / rowsPerPart));
        int row = (int) (id % rowsPerPart);
        if (type == TensorType.F32 && scale == 1) {
            target.put(part.asFloatBuffer().slice(row * width, width));
            return;
        }
        int size = type.sizeBytes();
        int at = row * width * size;
        for (int i = 0; i < width; i++, at += size) {
            target.put(element(part, at) * scale);
        }
    }

    private float element(ByteBuffer part, int at) {
        return switch (type) {
            case F32 -> part.getFloat(at);
            case F16 -> HalfFloats.float16(part.getShort(at));
            default -> HalfFloats.bfloat16(part.getShort(at));
        };
    }
}
