package dev.embedonce.model.tower;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The tables of the two-dimensional rotary position embedding (RoPE): {@link #COS} and {@link #SIN} of each patch's row
 * and column angles. The row rotates half of a head's pairs, the first one or every second, the column the other half.
 * Immutable and thread-safe.
 */
// Source: transformers 5.23, models/qwen2_vl/modeling_qwen2_vl.py, Qwen2VLVisionRotaryEmbedding
public final class PatchAngles implements PatchFeeds {
    /** Raised when other inputs are computed for the same patches; part of the model version. */
    private static final int REVISION = 1;

    /** float32 {@code [patches, headSize / 2]} */
    public static final String COS = "cos";
    /** float32 {@code [patches, headSize / 2]} */
    public static final String SIN = "sin";

    private final int merge;
    private final float[] byRow;
    private final float[] byColumn;
    private final boolean interleaved;

    private PatchAngles(int merge, float[] byRow, float[] byColumn, boolean interleaved) {
        this.merge = merge;
        this.byRow = byRow;
        this.byColumn = byColumn;
        this.interleaved = interleaved;
    }

    /**
     * The same frequencies for rows and columns: {@code theta^(-4i/headSize)}.
     *
     * @param merge patches a side that become one token
     * @param headSize channels of a head
     */
    public PatchAngles(int merge, int headSize, double theta) {
        this(merge, shared(headSize, theta), shared(headSize, theta), false);
    }

    /**
     * The same frequencies for rows and columns, {@code theta^(-4i/headSize)}: each rotates a pair by the column, then
     * one by the row; patches row by row.
     */
    // Source: transformers 5.23, models/kimi_k25/modeling_kimi_k25.py, Kimi_K25VisionRotaryEmbedding
    public static PatchAngles interleaved(int headSize, double theta) {
        return new PatchAngles(1, shared(headSize, theta), shared(headSize, theta), true);
    }

    private static float[] shared(int headSize, double theta) {
        return frequencies(headSize, theta, 0, headSize / 2);
    }

    /**
     * Frequencies {@code theta^(-2i/headSize)}, the even ones for rows and the odd ones for columns; patches row by
     * row.
     */
    // Source: transformers 5.23, models/pixtral/modeling_pixtral.py, PixtralVisionRotaryEmbedding
    public static PatchAngles alternating(int headSize, double theta) {
        return new PatchAngles(
                1, frequencies(headSize, theta, 0, headSize), frequencies(headSize, theta, 2, headSize), false);
    }

    /** {@code theta^(-exponent/size)} for each fourth channel of a head, with exponents from {@code first} on. */
    private static float[] frequencies(int headSize, double theta, int first, int size) {
        float[] frequencies = new float[headSize / 4];
        int step = 2 * size / (headSize / 2);
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (first + step * i) / size;
            frequencies[i] = 1f / (float) Math.pow((float) theta, exponent);
        }
        return frequencies;
    }

    @Override
    public String block() {
        return "patch-angles";
    }

    @Override
    public int revision() {
        return REVISION;
    }

    @Override
    public void put(int rows, int columns, Map<String, Tensor> feeds) {
        long[] shape = {(long) rows * columns, byRow.length + byColumn.length};
        ByteBuffer cos = Tensor.direct(DType.FLOAT32, shape);
        ByteBuffer sin = Tensor.direct(DType.FLOAT32, shape);
        PatchFeeds.forEachPatch(rows, columns, merge, (row, column) -> {
            for (int i = 0; i < byRow.length + byColumn.length; i++) {
                float angle = interleaved ? interleavedAngle(row, column, i) : angle(row, column, i);
                cos.putFloat((float) Math.cos(angle));
                sin.putFloat((float) Math.sin(angle));
            }
        });
        feeds.put(COS, Tensor.view(DType.FLOAT32, shape, cos.flip()));
        feeds.put(SIN, Tensor.view(DType.FLOAT32, shape, sin.flip()));
    }

    private float angle(int row, int column, int pair) {
        return pair < byRow.length ? row * byRow[pair] : column * byColumn[pair - byRow.length];
    }

    private float interleavedAngle(int row, int column, int pair) {
        return pair % 2 == 0 ? column * byColumn[pair / 2] : row * byRow[pair / 2];
    }
}
