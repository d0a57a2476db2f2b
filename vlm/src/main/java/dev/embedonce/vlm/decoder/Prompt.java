package dev.embedonce.vlm.decoder;

import dev.embedonce.value.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * What a language model reads before it writes: token ids with their positions, and the rows of image features that stand in
 * place of the placeholders or are added to the hidden states behind layers. Immutable; arrays are copied.
 */
public final class Prompt {
    /** A {@link Placement} with this target replaces token vectors; one with 0 or more is added behind the layer of that number. */
    public static final int EMBEDDINGS = -1;

    /**
     * Rows of features and the tokens they belong to.
     *
     * @param target {@link #EMBEDDINGS}, or the number of the layer behind which they are added
     * @param tokens for each row the index of its token in the prompt, rising
     * @param rows float32 {@code [tokens.length, hidden]}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Placement(int target, int[] tokens, Tensor rows) {
        public Placement {
            if (rows.rank() != 2 || rows.dim(0) != tokens.length) {
                throw new IllegalArgumentException("expected " + tokens.length + " rows of features, found " + rows);
            }
            tokens = tokens.clone();
        }
    }

    private final long[] ids;
    private final int[][] positions;
    private final int nextPosition;
    private final List<Placement> placements;

    /**
     * A prompt.
     *
     * @param ids token ids, at least one, placeholders in place
     * @param positions for each axis the position of every token
     * @param nextPosition the position, on every axis, of the first token that follows
     */
    public Prompt(long[] ids, int[][] positions, int nextPosition, List<Placement> placements) {
        if (ids.length == 0) {
            throw new IllegalArgumentException("a prompt has at least one token");
        }
        for (int[] axis : positions) {
            if (axis.length != ids.length) {
                throw new IllegalArgumentException(axis.length + " positions for " + ids.length + " tokens");
            }
        }
        this.ids = ids.clone();
        this.positions = Arrays.stream(positions).map(int[]::clone).toArray(int[][]::new);
        this.nextPosition = nextPosition;
        this.placements = List.copyOf(placements);
    }

    /** A prompt whose tokens stand at 0, 1, 2, .. */
    public static Prompt inOrder(long[] ids, List<Placement> placements) {
        int[] positions = new int[ids.length];
        Arrays.setAll(positions, i -> i);
        return new Prompt(ids, new int[][] {positions}, ids.length, placements);
    }

    /** How many tokens. */
    public int length() {
        return ids.length;
    }

    /** The token ids, a fresh copy. */
    public long[] ids() {
        return ids.clone();
    }

    public long id(int token) {
        return ids[token];
    }

    /** The position of a token of the prompt, or of one that follows it. A prompt of one axis has the same on all. */
    public int position(int axis, int token) {
        return token < ids.length
                ? positions[Math.min(axis, positions.length - 1)][token]
                : nextPosition + (token - ids.length);
    }

    public List<Placement> placements() {
        return placements;
    }
}
