package dev.embedonce.vlm.vision;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The angles of each patch's row and column: {@link #COS} and {@link #SIN}.
 *
 * @param merge patches a side that become one token
 * @param headSize channels of a head; half of its pairs are turned by the row, half by the column
 */
// Source: transformers 5.23, models/qwen2_vl/modeling_qwen2_vl.py, Qwen2VLVisionRotaryEmbedding
public record PatchAngles(int merge, int headSize, double theta) implements PatchFeeds {
    /** float32 {@code [patches, headSize / 2]} */
    public static final String COS = "cos";
    /** float32 {@code [patches, headSize / 2]} */
    public static final String SIN = "sin";

    @Override
    public void put(int rows, int columns, Map<String, Tensor> feeds) {
        float[] frequencies = frequencies();
        long[] shape = {(long) rows * columns, headSize / 2};
        ByteBuffer cos = PatchFeeds.direct(DType.FLOAT32, shape);
        ByteBuffer sin = PatchFeeds.direct(DType.FLOAT32, shape);
        PatchFeeds.forEachPatch(rows, columns, merge, (row, column) -> {
            for (int position : new int[] {row, column}) {
                for (float frequency : frequencies) {
                    float angle = position * frequency;
                    cos.putFloat((float) Math.cos(angle));
                    sin.putFloat((float) Math.sin(angle));
                }
            }
        });
        feeds.put(COS, Tensor.view(DType.FLOAT32, shape, cos.flip()));
        feeds.put(SIN, Tensor.view(DType.FLOAT32, shape, sin.flip()));
    }

    private float[] frequencies() {
        int half = headSize / 2;
        float[] frequencies = new float[headSize / 4];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1f / (float) Math.pow((float) theta, (float) (2 * i) / half);
        }
        return frequencies;
    }
}
