package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The sequences of a {@link TextDecoder}.
 *
 * <p>Rows between those that decode (a prompt that is still being read) go through the step with a token that nobody reads; what it
 * leaves behind their last position is overwritten by their next token.
 */
final class TextSequences implements SequenceBatch {
    private final DecoderParts parts;
    private final DecoderConfig config;
    private final EmbeddingTable embeddings;
    private final @Nullable OnnxSession states;
    private final DenseRows<Row> rows;

    /** @param states makes keys and values of states of pictures; null if no layer looks at such */
    TextSequences(DecoderParts parts, DecoderConfig config, EmbeddingTable embeddings, @Nullable OnnxSession states) {
        this.parts = parts;
        this.config = config;
        this.embeddings = embeddings;
        this.states = states;
        this.rows = new DenseRows<>(Row.class, new KeptRows(config, config.contextTokens()));
    }

    private static final class Row implements DenseRows.Row {
        private Prompt prompt;
        private final List<Long> written = new ArrayList<>();
        /** Keys and values of the prompt's states; empty until they are needed. */
        private Map<String, Tensor> states = Map.of();

        private int length;

        Row(Prompt prompt, int length) {
            this.prompt = prompt;
            this.length = length;
        }

        @Override
        public Prompt prompt() {
            return prompt;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int used() {
            return length;
        }

        @Override
        public Map<String, Tensor> beside() {
            return states;
        }
    }

    @Override
    public Sequence open(Prompt prompt, int roomTokens) {
        return rows.add(new Row(prompt, 0), room(prompt, roomTokens));
    }

    @Override
    public Sequence fork(Sequence like, int tokens, Prompt prompt, int roomTokens) {
        return rows.addCopy(begun(like, tokens, prompt), room(prompt, roomTokens), like, tokens);
    }

    @Override
    public Sequence replace(Sequence like, int tokens, Prompt prompt, int roomTokens) {
        return rows.replace(like, begun(like, tokens, prompt), room(prompt, roomTokens));
    }

    /** A row of which the first tokens are those of another. */
    private Row begun(Sequence like, int tokens, Prompt prompt) {
        Row from = rows.of(like);
        if (tokens < 0 || tokens > like.length() || tokens >= prompt.length()) {
            throw new IllegalArgumentException("cannot take over " + tokens + " of " + like.length()
                    + " tokens into a prompt of " + prompt.length());
        }
        requirePause(prompt, tokens);
        requirePause(like.prompt(), tokens);
        if (tokens > 0 && !prompt.states().equals(like.prompt().states())) {
            throw new IllegalArgumentException(
                    "the prompts look at different pictures, and so have no token in common");
        }
        Row row = new Row(prompt, tokens);
        row.states = tokens == 0 ? Map.of() : from.states;
        return row;
    }

    private int room(Prompt prompt, int roomTokens) {
        requireContext(prompt.length());
        return Math.min(config.contextTokens(), Math.max(prompt.length() + 1, roomTokens));
    }

    @Override
    public Tensor prefill(Sequence sequence, int tokens, Wanted logits) {
        Row row = rows.of(sequence);
        int from = row.length;
        if (tokens < 1 || from + tokens > row.prompt.length()) {
            throw new IllegalArgumentException(
                    tokens + " more tokens, of a prompt of " + row.prompt.length() + " with " + from + " read");
        }
        requirePause(row.prompt, from + tokens);
        Map<String, Tensor> feeds = new HashMap<>();
        feeds.put(DecoderGraph.EMBEDDINGS, PromptRows.embeddings(row.prompt, from, tokens, embeddings));
        for (int level = 0; level < config.levels(); level++) {
            feeds.put(
                    DecoderGraph.level(level), PromptRows.level(row.prompt, level, from, tokens, config.hiddenSize()));
        }
        if (config.style().blocks()) {
            BlockAttention.feed(feeds, row.prompt, from, tokens, config);
        }
        look(feeds, row, from, tokens);
        turn(feeds, 1, tokens, (axis, index) -> row.prompt.position(axis, from + index));
        long[] index = switch (logits) {
            case NONE -> new long[0];
            case LAST -> new long[] {tokens - 1};
            case ALL -> IntStream.range(0, tokens).asLongStream().toArray();
        };
        Tensor result = run(feeds, rows.number(row), new int[] {from + tokens}, index);
        row.length += tokens;
        if (row.length == row.prompt.length()) {
            row.prompt = row.prompt.read();
        }
        return result;
    }

    @Override
    public Tensor decode(List<Sequence> sequences, long[] tokens) {
        Map<Row, Long> next = new HashMap<>();
        int last = -1;
        for (int i = 0; i < tokens.length; i++) {
            Row row = rows.of(sequences.get(i));
            if (row.length < row.prompt.length()) {
                throw new IllegalArgumentException("the prompt has not been read in full");
            }
            requireContext(row.length + 1);
            next.put(row, tokens[i]);
            last = Math.max(last, rows.number(row));
        }
        Tensor logits =
                states == null ? step(0, rows.upTo(last), next, rowNumbers(sequences)) : oneByOne(sequences, next);
        next.forEach((row, token) -> {
            row.length++;
            row.written.add(token);
        });
        return logits;
    }

    private long[] rowNumbers(List<Sequence> sequences) {
        return sequences.stream().mapToLong(rows::number).toArray();
    }

    /** Rows that look at states of different numbers do not run together. */
    private Tensor oneByOne(List<Sequence> sequences, Map<Row, Long> next) {
        List<Tensor> logits = sequences.stream()
                .map(rows::of)
                .map(row -> step(rows.number(row), List.of(row), next, new long[] {0}))
                .toList();
        return Tensor.joined(new long[] {sequences.size(), config.vocabulary()}, logits);
    }

    /** Runs one more token of neighbouring rows; a row without one goes through with any. */
    private Tensor step(int first, List<Row> part, Map<Row, Long> next, long[] index) {
        int longest = part.stream().mapToInt(Row::length).max().orElseThrow() + 1;
        rows.reserve(longest);
        Map<String, Tensor> feeds = new HashMap<>();
        ByteBuffer vectors = Tensor.direct(DType.FLOAT32, part.size(), config.hiddenSize());
        FloatBuffer target = vectors.asFloatBuffer();
        part.forEach(row -> embeddings.put(next.getOrDefault(row, 0L), target));
        feeds.put(
                DecoderGraph.EMBEDDINGS,
                Tensor.view(DType.FLOAT32, new long[] {part.size(), 1, config.hiddenSize()}, vectors));
        for (int level = 0; level < config.levels(); level++) {
            feeds.put(DecoderGraph.level(level), PromptRows.nothing(config.hiddenSize()));
        }
        if (config.style().blocks()) {
            BlockAttention.feedNone(feeds, 1, config);
        }
        look(feeds, part.get(0), part.get(0).length, 1);
        turn(feeds, part.size(), 1, (axis, row) -> part.get(row).prompt.position(axis, part.get(row).length));
        int[] lengths = part.stream().mapToInt(row -> row.length + 1).toArray();
        return run(feeds, first, lengths, index);
    }

    /** Lets the tokens of a row look at its states. */
    private void look(Map<String, Tensor> feeds, Row row, int from, int tokens) {
        if (states == null) {
            return;
        }
        if (row.states.isEmpty()) {
            row.states = CrossAttention.project(states, row.prompt, config);
        }
        feeds.putAll(row.states);
        CrossAttention.feed(feeds, row.prompt, from, tokens);
    }

    private void turn(Map<String, Tensor> feeds, int count, int tokens, Rotary.Positions positions) {
        Rotary.Table angles = config.rotary().table(count, tokens, positions);
        feeds.put(DecoderGraph.COS, angles.cos());
        feeds.put(DecoderGraph.SIN, angles.sin());
        DecoderConfig.Local local = config.style().local();
        if (local != null) {
            Rotary.Table near = local.rotary().table(count, tokens, positions);
            feeds.put(DecoderGraph.LOCAL_COS, near.cos());
            feeds.put(DecoderGraph.LOCAL_SIN, near.sin());
        }
    }

    private static void requirePause(Prompt prompt, int token) {
        if (prompt.pauseUpTo(token) != token) {
            throw new IllegalArgumentException(
                    "token " + token + " is within a block of tokens that see each other, which is read at once");
        }
    }

    private Tensor run(Map<String, Tensor> feeds, int firstRow, int[] lengths, long[] logitIndex) {
        feeds.put(
                DecoderGraph.LAST_POSITIONS,
                ints(Arrays.stream(lengths).map(n -> n - 1).toArray(), lengths.length));
        feeds.put(
                DecoderGraph.LONGEST,
                ints(new int[] {Arrays.stream(lengths).max().orElseThrow()}));
        feeds.put(DecoderGraph.LOGIT_INDEX, Tensor.ofLongs(logitIndex, logitIndex.length));
        return parts.run(feeds, rows.states(firstRow, lengths.length));
    }

    @Override
    public int shared(Sequence sequence, Prompt prompt) {
        Row row = rows.of(sequence);
        long[] written = row.written.stream().mapToLong(Long::longValue).toArray();
        int equal = Math.min(row.length, prompt.shared(row.prompt, written));
        return prompt.pauseUpTo(row.prompt.pauseUpTo(equal));
    }

    @Override
    public void remove(Sequence sequence) {
        rows.remove(sequence);
    }

    @Override
    public long bytes() {
        return rows.bytes();
    }

    @Override
    public void close() {
        rows.clear();
    }

    private void requireContext(int tokens) {
        if (tokens > config.contextTokens()) {
            throw new IllegalArgumentException(
                    tokens + " tokens do not fit into the model's context of " + config.contextTokens());
        }
    }

    private static Tensor ints(int[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return Tensor.view(DType.INT32, shape, bytes);
    }
}
