package dev.embedonce.vlm.decoder.rope;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The angles of rotary position embeddings. A token has one position an axis (one axis for text; time, row and column
 * in the M-RoPE of the Qwen families), and each frequency belongs to one axis. Long sequences may have other
 * frequencies than short ones. Computed in float32, as the reference does. Immutable.
 */
// Source: transformers 5.23, modeling_rope_utils.py; models/qwen3_vl/modeling_qwen3_vl.py, apply_interleaved_mrope
public final class Rotary {
    private final float[] frequencies;
    private final int[] axes;
    private final float amplitude;
    private final int mostTokens;
    /** For longer sequences than {@code mostTokens}; null if there are none. */
    private final @Nullable Rotary beyond;

    private Rotary(float[] frequencies, int[] axes, float amplitude) {
        this(frequencies, axes, amplitude, Integer.MAX_VALUE, null);
    }

    private Rotary(float[] frequencies, int[] axes, float amplitude, int mostTokens, @Nullable Rotary beyond) {
        this.frequencies = frequencies;
        this.axes = axes;
        this.amplitude = amplitude;
        this.mostTokens = mostTokens;
        this.beyond = beyond;
    }

    /**
     * Positions of one axis.
     *
     * @param frequencies radians a position, one for each pair of channels that is rotated
     * @param amplitude what cosines and sines are multiplied by
     */
    public static Rotary of(float[] frequencies, float amplitude) {
        return new Rotary(frequencies.clone(), new int[frequencies.length], amplitude);
    }

    /** The frequencies {@code theta^(-2i/size)} of heads of this size. */
    public static float[] frequencies(double theta, int size) {
        float[] frequencies = new float[size / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / size;
            frequencies[i] = 1f / (float) Math.pow((float) theta, exponent);
        }
        return frequencies;
    }

    /**
     * The same frequencies over three axes, interleaved: axis 1 and 2 take every third frequency, from their own number
     * on, as many times as their section says; axis 0 has the others.
     *
     * @param sections how many frequencies each of the three axes has
     */
    public Rotary interleaved(int... sections) {
        int[] assigned = new int[frequencies.length];
        for (int axis = 1; axis < 3; axis++) {
            for (int i = axis; i < Math.min(3 * sections[axis], assigned.length); i += 3) {
                assigned[i] = axis;
            }
        }
        return new Rotary(frequencies, assigned, amplitude);
    }

    /** The same frequencies over several axes, one after the other. */
    public Rotary inSections(int... sections) {
        int[] assigned = new int[frequencies.length];
        int next = 0;
        for (int axis = 0; axis < sections.length; axis++) {
            for (int i = 0; i < sections[axis] && next < assigned.length; i++) {
                assigned[next++] = axis;
            }
        }
        return new Rotary(frequencies, assigned, amplitude);
    }

    /**
     * The same frequencies over three axes: axes 1 and 2 take turns, from the first frequency on, and axis 0 has those
     * that are left.
     *
     * @param each how many frequencies axes 1 and 2 have each
     */
    // Source: transformers 5.23, models/ernie4_5_vl_moe/modeling_ernie4_5_vl_moe.py, Ernie4_5_VLMoeTextRotaryEmbedding
    public Rotary alternating(int each) {
        int[] assigned = new int[frequencies.length];
        for (int i = 0; i < 2 * each; i++) {
            assigned[i] = 1 + i % 2;
        }
        return new Rotary(frequencies, assigned, amplitude);
    }

    /**
     * The same frequencies for sequences of so many tokens at most; all tokens of longer ones are rotated by another.
     *
     * @param other of as many pairs
     */
    public Rotary upTo(int tokens, Rotary other) {
        return new Rotary(frequencies, axes, amplitude, tokens, other);
    }

    /** How many tokens the sequences have at most whose tokens are rotated alike. */
    public int mostTokens() {
        return mostTokens;
    }

    /** Pairs of channels that are rotated. */
    public int pairs() {
        return frequencies.length;
    }

    /** Cosines and sines of some tokens: float32 {@code [rows, tokens, pairs]} each. */
    public record Table(Tensor cos, Tensor sin) {}

    /** Where tokens stand: {@code position(axis, index)} of a flat index over rows and tokens. */
    @FunctionalInterface
    public interface Positions {
        float at(int axis, int index);
    }

    /**
     * The angles of {@code rows * tokens} tokens.
     *
     * @param lengths how many tokens the sequence of a row has
     */
    public Table table(int rows, int tokens, Positions positions, IntUnaryOperator lengths) {
        long[] shape = {rows, tokens, pairs()};
        ByteBuffer cosBytes = Tensor.direct(DType.FLOAT32, shape);
        ByteBuffer sinBytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer cos = cosBytes.asFloatBuffer();
        FloatBuffer sin = sinBytes.asFloatBuffer();
        for (int row = 0; row < rows; row++) {
            Rotary own = beyond != null && lengths.applyAsInt(row) > mostTokens ? beyond : this;
            for (int token = row * tokens; token < (row + 1) * tokens; token++) {
                own.put(token, positions, cos, sin);
            }
        }
        return new Table(Tensor.view(DType.FLOAT32, shape, cosBytes), Tensor.view(DType.FLOAT32, shape, sinBytes));
    }

    private void put(int token, Positions positions, FloatBuffer cos, FloatBuffer sin) {
        for (int i = 0; i < frequencies.length; i++) {
            float angle = positions.at(axes[i], token) * frequencies[i];
            cos.put((float) Math.cos(angle) * amplitude);
            sin.put((float) Math.sin(angle) * amplitude);
        }
    }
}
