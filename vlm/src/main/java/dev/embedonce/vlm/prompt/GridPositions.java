package dev.embedonce.vlm.prompt;

import java.util.Arrays;
import java.util.List;

/**
 * Positions on three axes (time, row, column), as M-RoPE has them: text goes on all three at once; a picture's tokens
 * stand at their row and column, counted from where the picture begins, and what follows begins after its longer side.
 */
// Source: transformers 5.23, models/qwen2_vl/modeling_qwen2_vl.py, Qwen2VLModel.get_rope_index
public final class GridPositions {
    private final float[][] positions;
    private int next;
    private int token;

    private GridPositions(int tokens) {
        this.positions = new float[3][tokens];
    }

    /**
     * A picture's tokens in the prompt.
     *
     * @param first index of its first token; the others follow it without gap
     * @param rows rows of tokens
     * @param columns columns of tokens
     */
    public record Grid(int first, int rows, int columns) {}

    /** The positions of all tokens; their last element is not yet the {@link #next} one. */
    public static GridPositions of(int tokens, List<Grid> images) {
        GridPositions result = new GridPositions(tokens);
        for (Grid image : images) {
            result.text(image.first);
            result.image(image);
        }
        result.text(tokens);
        return result;
    }

    private void text(int until) {
        for (; token < until; token++, next++) {
            for (float[] axis : positions) {
                axis[token] = next;
            }
        }
    }

    private void image(Grid grid) {
        for (int i = 0; i < grid.rows * grid.columns; i++, token++) {
            positions[0][token] = next;
            positions[1][token] = next + i / grid.columns;
            positions[2][token] = next + i % grid.columns;
        }
        next += Math.max(grid.rows, grid.columns);
    }

    /** For each axis the position of every token, a fresh copy. */
    public float[][] positions() {
        return Arrays.stream(positions).map(float[]::clone).toArray(float[][]::new);
    }

    /** The position of the first token that follows. */
    public int next() {
        return next;
    }
}
