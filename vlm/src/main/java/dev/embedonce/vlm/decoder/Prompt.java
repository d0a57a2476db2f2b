package dev.embedonce.vlm.decoder;

import dev.embedonce.value.Tensor;
import java.util.ArrayList;
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
     * @param rows as many as tokens
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Placement(int target, int[] tokens, FeatureRows rows) {
        public Placement {
            if (rows.count() != tokens.length) {
                throw new IllegalArgumentException("expected " + tokens.length + " rows of features, found " + rows);
            }
            tokens = tokens.clone();
        }

        /** With {@code rows} float32 {@code [tokens.length, hidden]}. */
        public Placement(int target, int[] tokens, Tensor rows) {
            this(target, tokens, FeatureRows.of(rows));
        }

        private Placement read() {
            return new Placement(target, tokens, rows.read());
        }

        private boolean isSame(Placement other) {
            return target == other.target && Arrays.equals(tokens, other.tokens) && rows.equals(other.rows);
        }
    }

    /**
     * Neighbouring tokens that see each other, later ones included, in models that read pictures so.
     *
     * @param from the first
     * @param to behind the last
     */
    public record Block(int from, int to) {}

    /**
     * States of a picture that layers with cross-attention look at.
     *
     * @param rows one a state
     * @param seen how many of the first rows tokens see
     * @param from the first token that sees them
     * @param to behind the last token that does; {@link Integer#MAX_VALUE} if what follows the prompt sees them too
     */
    public record States(FeatureRows rows, int seen, int from, int to) {
        private States read() {
            return new States(rows.read(), seen, from, to);
        }

        boolean isSeenBy(int token) {
            return token >= from && token < to;
        }
    }

    private final long[] ids;
    private final int[][] positions;
    private final int nextPosition;
    private final List<Placement> placements;
    private final List<Block> blocks;
    private final List<States> states;

    /**
     * A prompt.
     *
     * @param ids token ids, at least one, placeholders in place
     * @param positions for each axis the position of every token
     * @param nextPosition the position, on every axis, of the first token that follows
     */
    public Prompt(long[] ids, int[][] positions, int nextPosition, List<Placement> placements) {
        this(ids, positions, nextPosition, placements, List.of(), List.of());
    }

    private Prompt(
            long[] ids,
            int[][] positions,
            int nextPosition,
            List<Placement> placements,
            List<Block> blocks,
            List<States> states) {
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
        this.blocks = List.copyOf(blocks);
        this.states = List.copyOf(states);
    }

    /** A prompt whose tokens stand at 0, 1, 2, .. */
    public static Prompt inOrder(long[] ids, List<Placement> placements) {
        int[] positions = new int[ids.length];
        Arrays.setAll(positions, i -> i);
        return new Prompt(ids, new int[][] {positions}, ids.length, placements);
    }

    /** The same prompt, each unbroken run of the token being a {@link Block}. */
    public Prompt withBlocksOf(long token) {
        List<Block> runs = new ArrayList<>();
        for (int from = 0; from < ids.length; from++) {
            int to = from;
            while (to < ids.length && ids[to] == token) {
                to++;
            }
            if (to > from) {
                runs.add(new Block(from, to));
                from = to;
            }
        }
        return new Prompt(ids, positions, nextPosition, placements, runs, states);
    }

    /** The same prompt, all tokens of which see each other. */
    public Prompt readAtOnce() {
        return new Prompt(ids, positions, nextPosition, placements, List.of(new Block(0, ids.length)), states);
    }

    /** The same prompt, with states of pictures to look at. */
    public Prompt withStates(List<States> pictures) {
        return new Prompt(ids, positions, nextPosition, placements, blocks, pictures);
    }

    /** The same prompt without the features, which the model has read: still to be compared with others, but not to be read again. */
    Prompt read() {
        return new Prompt(
                ids,
                positions,
                nextPosition,
                placements.stream().map(Placement::read).toList(),
                blocks,
                states.stream().map(States::read).toList());
    }

    /** States of pictures to look at, in order. */
    public List<States> states() {
        return states;
    }

    /** Tokens that see each other, in order; they do not overlap. */
    public List<Block> blocks() {
        return blocks;
    }

    /**
     * The first place from {@code tokens} on where reading may pause. A block is read at once, since its first token sees its last.
     */
    public int pauseFrom(int tokens) {
        return blocks.stream()
                .filter(block -> block.from < tokens && tokens < block.to)
                .map(Block::to)
                .findFirst()
                .orElse(tokens);
    }

    /** The last place up to {@code tokens} where reading may pause, and so where another prompt may go on differently. */
    public int pauseUpTo(int tokens) {
        return blocks.stream()
                .filter(block -> block.from < tokens && tokens < block.to)
                .map(Block::from)
                .findFirst()
                .orElse(tokens);
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

    /**
     * How many tokens at its start this prompt has in common with another one that went on with more tokens: none if they look at
     * other states, since every token's keys and values depend on those.
     *
     * @param after the tokens that followed the other prompt
     */
    int shared(Prompt other, long[] after) {
        if (!states.equals(other.states)) {
            return 0;
        }
        int most = Math.min(length(), other.length() + after.length);
        int shared = 0;
        while (shared < most && isSame(other, after, shared)) {
            shared++;
        }
        return sharedFeatures(other, shared);
    }

    private boolean isSame(Prompt other, long[] after, int token) {
        long id = token < other.length() ? other.id(token) : after[token - other.length()];
        for (int axis = 0; axis < Math.max(positions.length, other.positions.length); axis++) {
            if (position(axis, token) != other.position(axis, token)) {
                return false;
            }
        }
        return id == id(token);
    }

    /** Of so many tokens, those before the first whose features differ. */
    private int sharedFeatures(Prompt other, int tokens) {
        int shared = tokens;
        for (int i = 0; i < Math.max(placements.size(), other.placements.size()); i++) {
            int first = Math.min(firstToken(i), other.firstToken(i));
            if (first < shared
                    && (i >= placements.size()
                            || i >= other.placements.size()
                            || !placements.get(i).isSame(other.placements.get(i)))) {
                shared = first;
            }
        }
        return shared;
    }

    private int firstToken(int placement) {
        return placement < placements.size() ? placements.get(placement).tokens[0] : Integer.MAX_VALUE;
    }
}
