package dev.embedonce.vlm.prompt;

import dev.embedonce.value.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a language model is given before it generates: token ids with their positions, image features that replace token
 * embeddings or are added to hidden states, sets of tokens that attend to each other in both directions,
 * cross-attention states. Immutable; arrays are copied.
 */
public final class Prompt {
    private final long[] ids;
    private final float[][] positions;
    private final float nextPosition;
    private final int[] kinds;
    private final String mode;
    private final List<Placement> placements;
    private final List<TokenSet> bidirectional;
    private final List<States> states;

    private Prompt(Builder builder) {
        this.ids = builder.ids;
        this.positions = builder.positions;
        this.nextPosition = builder.nextPosition;
        this.kinds = builder.kinds;
        this.mode = builder.mode;
        this.placements = List.copyOf(builder.placements);
        this.bidirectional = List.copyOf(builder.bidirectional);
        this.states = List.copyOf(builder.states);
    }

    /**
     * Where features go.
     *
     * @param layer before which layer, 0 being the first: then they meet the token embeddings
     * @param how they get in
     */
    public record Target(int layer, How how) {
        /** In place of the token embeddings, as they are. */
        public static final Target EMBEDDINGS = new Target(0, How.REPLACE);

        public Target {
            if (layer < 0 || (layer > 0 && how == How.REPLACE_BEFORE_SCALING)) {
                throw new IllegalArgumentException(how + " in front of layer " + layer);
            }
        }

        /** Added to the hidden states after a layer, as deepstack does. */
        public static Target addedBehind(int layer) {
            return new Target(layer + 1, How.ADD);
        }
    }

    /** How features get into the hidden states. */
    public enum How {
        /** In place of what is there. */
        REPLACE,
        /** In place of token embeddings, and multiplied by the embedding scale as those are. */
        REPLACE_BEFORE_SCALING,
        /** Added to what is there. */
        ADD
    }

    /**
     * Rows of features and the tokens they belong to.
     *
     * @param tokens for each row the index of its token in the prompt, rising
     * @param rows as many as tokens
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by isSame
    public record Placement(Target target, int[] tokens, FeatureRows rows) {
        public Placement {
            if (rows.count() != tokens.length) {
                throw new IllegalArgumentException("expected " + tokens.length + " rows of features, found " + rows);
            }
            tokens = tokens.clone();
        }

        /** With {@code rows} float32 {@code [tokens.length, hidden]}. */
        public Placement(Target target, int[] tokens, Tensor rows) {
            this(target, tokens, FeatureRows.of(rows));
        }

        private Placement read() {
            return new Placement(target, tokens, rows.read());
        }

        private boolean isSame(Placement other) {
            return target.equals(other.target) && Arrays.equals(tokens, other.tokens) && rows.equals(other.rows);
        }
    }

    /**
     * Tokens that attend to each other, later ones included, in layers that have such a mask. They need not be
     * neighbours.
     *
     * @param tokens at least one index into the prompt, rising
     * @param beyondWindows whether they do so in layers with a sliding window however far apart they are
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by isSame
    public record TokenSet(int[] tokens, boolean beyondWindows) {
        public TokenSet {
            if (tokens.length == 0) {
                throw new IllegalArgumentException("an empty set of tokens");
            }
            tokens = tokens.clone();
        }

        /** A set that a sliding window cuts. */
        public TokenSet(int... tokens) {
            this(tokens, false);
        }

        public int first() {
            return tokens[0];
        }

        /** The index after its last token. */
        public int end() {
            return tokens[tokens.length - 1] + 1;
        }

        private boolean isWithin(int token) {
            return first() < token && token < end();
        }

        private boolean isSame(TokenSet other) {
            return beyondWindows == other.beyondWindows && Arrays.equals(tokens, other.tokens);
        }
    }

    /**
     * States of a picture that cross-attention layers attend to.
     *
     * @param rows one a state
     * @param visible how many of the first rows tokens attend to
     * @param from the first token that attends to them
     * @param to the index after the last token that does; {@link Integer#MAX_VALUE} if what follows the prompt does too
     */
    public record States(FeatureRows rows, int visible, int from, int to) {
        private States read() {
            return new States(rows.read(), visible, from, to);
        }

        /** Whether a token attends to them. */
        public boolean isVisibleTo(int token) {
            return token >= from && token < to;
        }
    }

    /** A prompt whose tokens stand at 0, 1, 2, .. */
    public static Prompt inOrder(long[] ids, List<Placement> placements) {
        return builder(ids).placements(placements).build();
    }

    /** A prompt of token ids, at least one, with the placeholders expanded. */
    public static Builder builder(long... ids) {
        return new Builder(ids);
    }

    /** The same prompt, with each unbroken run of a token bidirectional. */
    public Prompt withBidirectionalRunsOf(long token) {
        List<TokenSet> runs = new ArrayList<>();
        for (int from = 0; from < ids.length; from++) {
            int to = from;
            while (to < ids.length && ids[to] == token) {
                to++;
            }
            if (to > from) {
                runs.add(new TokenSet(IntStream.range(from, to).toArray()));
                from = to;
            }
        }
        return toBuilder().bidirectional(runs).build();
    }

    /** The same prompt, all tokens of which attend to each other, beyond sliding windows too. */
    public Prompt withAllBidirectional() {
        int[] all = IntStream.range(0, ids.length).toArray();
        return toBuilder().bidirectional(List.of(new TokenSet(all, true))).build();
    }

    /** The same prompt, with a kind for every token; see {@link #kind}. */
    public Prompt withKinds(int... ofTokens) {
        return toBuilder().kinds(ofTokens).build();
    }

    /** The same prompt, with cross-attention states. */
    public Prompt withStates(List<States> pictures) {
        return toBuilder().states(pictures).build();
    }

    /**
     * The same prompt without the features, once the model has prefilled it: still to be compared with others, but not
     * to be prefilled again.
     */
    public Prompt read() {
        return toBuilder()
                .placements(placements.stream().map(Placement::read).toList())
                .states(states.stream().map(States::read).toList())
                .build();
    }

    /** This prompt and the tokens that followed it as one. */
    public Prompt followedBy(long... more) {
        Builder builder = toBuilder();
        int length = ids.length + more.length;
        builder.ids = Arrays.copyOf(ids, length);
        System.arraycopy(more, 0, builder.ids, ids.length, more.length);
        builder.positions = new float[positions.length][length];
        for (int axis = 0; axis < positions.length; axis++) {
            for (int token = 0; token < length; token++) {
                builder.positions[axis][token] = position(axis, token);
            }
        }
        builder.nextPosition = nextPosition + more.length;
        builder.kinds = kinds.length == 0 ? kinds : Arrays.copyOf(kinds, length);
        return builder.build();
    }

    private Builder toBuilder() {
        Builder builder = new Builder(ids);
        builder.positions = positions;
        builder.nextPosition = nextPosition;
        builder.kinds = kinds;
        builder.mode = mode;
        builder.placements = placements;
        builder.bidirectional = bidirectional;
        builder.states = states;
        return builder;
    }

    /** Cross-attention states, in order. */
    public List<States> states() {
        return states;
    }

    /** Sets of tokens that attend to each other; no token is in two. */
    public List<TokenSet> bidirectional() {
        return bidirectional;
    }

    /**
     * The first point from {@code tokens} on where prefill may pause. The tokens of a set are prefilled in one chunk,
     * since its first attends to its last.
     */
    public int pauseFrom(int tokens) {
        int pause = tokens;
        for (int i = 0; i < bidirectional.size(); i++) {
            if (bidirectional.get(i).isWithin(pause)) {
                pause = bidirectional.get(i).end();
                i = -1;
            }
        }
        return pause;
    }

    /**
     * The last point up to {@code tokens} where prefill may pause, and so where another prompt may go on differently.
     */
    public int pauseUpTo(int tokens) {
        int pause = tokens;
        for (int i = 0; i < bidirectional.size(); i++) {
            if (bidirectional.get(i).isWithin(pause)) {
                pause = bidirectional.get(i).first();
                i = -1;
            }
        }
        return pause;
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
    public float position(int axis, int token) {
        return token < ids.length
                ? positions[Math.min(axis, positions.length - 1)][token]
                : nextPosition + (token - ids.length);
    }

    /**
     * The kind of a token, for layers that treat kinds differently: 0 unless the family says otherwise, and for all
     * that follows the prompt.
     */
    public int kind(int token) {
        return kinds.length == 0 || token >= ids.length ? 0 : kinds[token];
    }

    /** What applies to the whole sequence, such as a LoRA that is on; empty if nothing does. */
    public String mode() {
        return mode;
    }

    public List<Placement> placements() {
        return placements;
    }

    /** Bytes of the features that are placed, as long as they are kept. */
    public long featureBytes() {
        return placements.stream()
                .mapToLong(placement -> placement.rows().bytes())
                .sum();
    }

    /**
     * How many tokens at its start this prompt has in common with another one that went on with more tokens, positions,
     * kinds and features included. None if mode or cross-attention states differ, since every token's keys and values
     * depend on those.
     *
     * @param after the tokens that followed the other prompt
     */
    public int shared(Prompt other, long[] after) {
        if (!mode.equals(other.mode) || !states.equals(other.states)) {
            return 0;
        }
        int most = Math.min(length(), other.length() + after.length);
        int shared = 0;
        while (shared < most && isSame(other, after, shared)) {
            shared++;
        }
        return sharedSets(other, sharedFeatures(other, shared));
    }

    private boolean isSame(Prompt other, long[] after, int token) {
        long id = token < other.length() ? other.id(token) : after[token - other.length()];
        for (int axis = 0; axis < Math.max(positions.length, other.positions.length); axis++) {
            if (position(axis, token) != other.position(axis, token)) {
                return false;
            }
        }
        return id == id(token) && kind(token) == other.kind(token);
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

    /** Of so many tokens, those before the first set that the other prompt has not. */
    private int sharedSets(Prompt other, int tokens) {
        return Math.min(firstMissing(bidirectional, other, tokens), firstMissing(other.bidirectional, this, tokens));
    }

    private static int firstMissing(List<TokenSet> sets, Prompt other, int tokens) {
        return sets.stream()
                .filter(set -> other.bidirectional.stream().noneMatch(set::isSame))
                .mapToInt(TokenSet::first)
                .reduce(tokens, Math::min);
    }

    /** Collects what a prompt has besides its tokens. */
    public static final class Builder {
        private long[] ids;
        private float[][] positions;
        private float nextPosition;
        private int[] kinds = {};
        private String mode = "";
        private List<Placement> placements = List.of();
        private List<TokenSet> bidirectional = List.of();
        private List<States> states = List.of();

        private Builder(long[] ids) {
            if (ids.length == 0) {
                throw new IllegalArgumentException("a prompt has at least one token");
            }
            this.ids = ids.clone();
            float[] inOrder = new float[ids.length];
            for (int i = 0; i < ids.length; i++) {
                inOrder[i] = i;
            }
            this.positions = new float[][] {inOrder};
            this.nextPosition = ids.length;
        }

        /**
         * Positions other than 0, 1, 2, ..
         *
         * @param axes for each axis the position of every token
         * @param next the position, on every axis, of the first token that follows the prompt
         */
        public Builder positions(float[][] axes, float next) {
            for (float[] axis : axes) {
                if (axis.length != ids.length) {
                    throw new IllegalArgumentException(axis.length + " positions for " + ids.length + " tokens");
                }
            }
            positions = Arrays.stream(axes).map(float[]::clone).toArray(float[][]::new);
            nextPosition = next;
            return this;
        }

        /** A kind for every token; see {@link Prompt#kind}. */
        public Builder kinds(int... ofTokens) {
            if (ofTokens.length != ids.length) {
                throw new IllegalArgumentException(ofTokens.length + " kinds for " + ids.length + " tokens");
            }
            kinds = ofTokens.clone();
            return this;
        }

        /** What applies to the whole sequence; see {@link Prompt#mode}. */
        public Builder mode(String ofSequence) {
            mode = ofSequence;
            return this;
        }

        public Builder placements(List<Placement> features) {
            placements = features;
            return this;
        }

        /**
         * Sets of tokens that attend to each other.
         *
         * @throws IllegalArgumentException if a token is in two
         */
        public Builder bidirectional(List<TokenSet> sets) {
            Set<Integer> all = new HashSet<>();
            for (TokenSet set : sets) {
                for (int token : set.tokens) {
                    if (!all.add(token)) {
                        throw new IllegalArgumentException("token " + token + " is in two bidirectional sets");
                    }
                }
            }
            bidirectional = sets;
            return this;
        }

        public Builder states(List<States> pictures) {
            states = pictures;
            return this;
        }

        public Prompt build() {
            return new Prompt(this);
        }
    }
}
