package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceMemory.Snapshot;
import dev.embedonce.vlm.decoder.layer.CrossAttention;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.Step;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TokenTable;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sequences of a {@link TextDecoder}.
 *
 * <p>Batch slots between those that decode (a prompt still in prefill) go through the step with a dummy token: the keys
 * and values it leaves after their last token are overwritten by their next, and their recurrent states stay as they
 * were.
 *
 * <p>What a sequence has cached is valid for its length ({@link TextModel#mostTokens}). One that outgrows this in
 * decode is computed anew, for which the features in its prompt are kept until then; and only one whose prompt is as
 * long is taken over.
 *
 * <p>Where a layer has a recurrent state, a sequence cannot be cut back: another one goes on from its end, or from a
 * snapshot. One is taken after each chunk of prefill, and the last two are kept: at the end of the prompt, and at the
 * chunk before. A chat's next turn often needs the latter, as templates render the end of a turn differently once it is
 * answered.
 */
final class TextSequences implements SequenceBatch {
    private static final int MOST_SNAPSHOTS = 2;
    /** Tokens of a run where a sequence is computed anew. */
    private static final int CHUNK = 256;

    private final DecoderParts parts;
    private final TextModel model;
    private final EmbeddingTable embeddings;
    private final Map<TokenTable, EmbeddingTable> tables;
    private final @Nullable OnnxSession crossStates;
    private final SequenceRows<Row> rows;
    private final SequenceMemory memory;
    private final int mostTokens;

    /** @param crossStates makes keys and values of cross-attention states; null if no layer attends to such */
    TextSequences(
            DecoderParts parts,
            TextModel model,
            EmbeddingTable embeddings,
            Map<TokenTable, EmbeddingTable> tables,
            @Nullable OnnxSession crossStates) {
        this.parts = parts;
        this.model = model;
        this.embeddings = embeddings;
        this.tables = tables;
        this.crossStates = crossStates;
        this.memory = new SequenceMemory(model.states(), model.contextTokens());
        this.rows = new SequenceRows<>(Row.class, memory);
        this.mostTokens = model.mostTokens();
    }

    private static final class Row implements SequenceRows.Row {
        private Prompt prompt;
        private final List<Long> written = new ArrayList<>();
        /** Keys and values of the prompt's cross-attention states; empty until they are needed. */
        private Map<String, Tensor> crossStates = Map.of();
        /** The recurrent states after the last chunks of prefill, in order; none if no layer has any. */
        private List<Snapshot> snapshots = List.of();

        private int length;

        Row(Prompt prompt, int length) {
            this.prompt = prompt;
            this.length = length;
        }

        void keep(Snapshot snapshot) {
            snapshots = Stream.concat(snapshots.stream(), Stream.of(snapshot))
                    .skip(Math.max(0, snapshots.size() + 1 - MOST_SNAPSHOTS))
                    .toList();
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
        public long bytesBeside() {
            long states =
                    crossStates.values().stream().mapToLong(Tensor::sizeBytes).sum();
            return states
                    + prompt.featureBytes()
                    + snapshots.stream().mapToLong(Snapshot::bytes).sum();
        }
    }

    @Override
    public Sequence open(Prompt prompt, int roomTokens) {
        return rows.add(new Row(prompt, 0), room(prompt, roomTokens));
    }

    @Override
    public Sequence fork(Sequence like, int tokens, Prompt prompt, int roomTokens) {
        Row from = rows.of(like);
        Row row = rows.addCopy(begun(from, tokens, prompt), room(prompt, roomTokens), like, tokens);
        goOnFrom(from, tokens, row);
        return row;
    }

    @Override
    public Sequence replace(Sequence like, int tokens, Prompt prompt, int roomTokens) {
        Row from = rows.of(like);
        Row row = rows.replace(like, begun(from, tokens, prompt), room(prompt, roomTokens));
        goOnFrom(from, tokens, row);
        return row;
    }

    /** A row of which the first tokens are those of another. */
    private Row begun(Row from, int tokens, Prompt prompt) {
        if (tokens < 0 || tokens > from.length || tokens >= prompt.length()) {
            throw new IllegalArgumentException("cannot take over " + tokens + " of " + from.length
                    + " tokens into a prompt of " + prompt.length());
        }
        requirePause(prompt, tokens);
        requirePause(from.prompt, tokens);
        if (tokens > 0 && !isValidFor(from, prompt)) {
            throw new IllegalArgumentException("what is cached of " + sequenceLength(from)
                    + " tokens is not valid for a prompt of " + prompt.length());
        }
        if (!memory.canBeCutBack() && tokens > 0 && !reusable(from).contains(tokens)) {
            throw new IllegalArgumentException(
                    "what the model keeps behind " + from.length + " tokens cannot be cut back to " + tokens);
        }
        if (tokens > 0 && !prompt.states().equals(from.prompt.states())) {
            throw new IllegalArgumentException(
                    "the prompts attend to different pictures, and so have no token in common");
        }
        Row row = new Row(prompt, tokens);
        row.crossStates = tokens == 0 ? Map.of() : from.crossStates;
        row.snapshots = from.snapshots.stream()
                .filter(snapshot -> snapshot.tokens() <= tokens)
                .toList();
        return row;
    }

    /** Whether what a row has cached is what another prompt would have for the same tokens. */
    private boolean isValidFor(Row row, Prompt prompt) {
        return outgrown(sequenceLength(row)) == outgrown(prompt.length());
    }

    /** How many tokens a row's sequence has, in the KV cache or in its prompt. */
    private static int sequenceLength(Row row) {
        return Math.max(row.length, row.prompt.length());
    }

    /** After how many tokens of a row that cannot be cut back another sequence may go on. */
    private static List<Integer> reusable(Row row) {
        return Stream.concat(Stream.of(row.length), row.snapshots.stream().map(Snapshot::tokens))
                .toList();
    }

    /** Sets the recurrent states of a copied row to those at which it begins. */
    private void goOnFrom(Row from, int tokens, Row row) {
        if (tokens == 0) {
            memory.restart(rows.number(row));
        } else if (tokens != from.length) {
            from.snapshots.stream()
                    .filter(snapshot -> snapshot.tokens() == tokens)
                    .forEach(snapshot -> memory.restore(rows.number(row), snapshot));
        }
    }

    private int room(Prompt prompt, int roomTokens) {
        requireContext(prompt.length());
        return Math.min(model.contextTokens(), Math.max(prompt.length() + 1, roomTokens));
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
        long[] index = switch (logits) {
            case NONE -> new long[0];
            case LAST -> new long[] {tokens - 1};
            case ALL -> IntStream.range(0, tokens).asLongStream().toArray();
        };
        Tensor result = run(
                Step.prefill(row.prompt, from, tokens),
                PromptRows.embeddings(row.prompt, from, tokens, embeddings),
                List.of(row),
                rows.number(row),
                index);
        row.length += tokens;
        if (!memory.canBeCutBack()) {
            row.keep(memory.snapshot(rows.number(row), row.length));
        }
        if (row.length == row.prompt.length() && (mostTokens == Integer.MAX_VALUE || outgrown(row.length))) {
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
            if (!outgrown(row.length) && outgrown(row.length + 1)) {
                computeAnew(row, tokens[i]);
            }
            next.put(row, tokens[i]);
            last = Math.max(last, rows.number(row));
        }
        Tensor logits =
                crossStates == null ? step(0, rows.upTo(last), next, rowNumbers(sequences)) : oneByOne(sequences, next);
        next.forEach((row, token) -> {
            row.length++;
            row.written.add(token);
        });
        return logits;
    }

    private boolean outgrown(int tokens) {
        return tokens > mostTokens;
    }

    /**
     * Computes all that is cached of a row as it is for a longer sequence.
     *
     * @param next the token that makes it longer
     */
    private void computeAnew(Row row, long next) {
        long[] more = LongStream.concat(row.written.stream().mapToLong(Long::longValue), LongStream.of(next))
                .toArray();
        Prompt whole = row.prompt.followedBy(more);
        int end;
        for (int from = 0; from < row.length; from = end) {
            end = Math.min(row.length, whole.pauseFrom(from + CHUNK));
            run(
                    Step.prefill(whole, from, end - from),
                    PromptRows.embeddings(whole, from, end - from, embeddings),
                    List.of(row),
                    rows.number(row),
                    new long[0]);
        }
        row.prompt = row.prompt.read();
    }

    private long[] rowNumbers(List<Sequence> sequences) {
        return sequences.stream().mapToLong(rows::number).toArray();
    }

    /** Rows that attend to states of different numbers do not run together. */
    private Tensor oneByOne(List<Sequence> sequences, Map<Row, Long> next) {
        List<Tensor> logits = sequences.stream()
                .map(rows::of)
                .map(row -> step(rows.number(row), List.of(row), next, new long[] {0}))
                .toList();
        return Tensor.joined(new long[] {sequences.size(), model.vocabulary()}, logits);
    }

    /** Runs one more token of neighbouring rows; a row without one goes through with any. */
    private Tensor step(int first, List<Row> part, Map<Row, Long> next, long[] index) {
        rows.reserve(part.stream().mapToInt(Row::length).max().orElseThrow() + 1);
        ByteBuffer vectors = Tensor.direct(DType.FLOAT32, part.size(), model.hiddenSize());
        FloatBuffer target = vectors.asFloatBuffer();
        List<Step.Row> stepRows = new ArrayList<>();
        for (Row row : part) {
            long id = next.getOrDefault(row, 0L);
            embeddings.put(id, target);
            stepRows.add(new Step.Row(row.prompt, row.length, id));
        }
        return run(
                Step.decode(stepRows),
                Tensor.view(DType.FLOAT32, new long[] {part.size(), 1, model.hiddenSize()}, vectors),
                part.stream().filter(next::containsKey).toList(),
                first,
                index);
    }

    /**
     * Runs all layers.
     *
     * @param embeds float32 [rows, tokens, hidden]
     * @param took the rows whose token counts
     * @param first the first of the step's rows
     */
    private Tensor run(Step step, Tensor embeds, List<Row> took, int first, long[] logitIndex) {
        Map<String, Tensor> feeds = model.feeds(step);
        feeds.put(TextGraph.EMBEDDINGS, embeds);
        model.injections().forEach(at -> PromptRows.feed(step, at, model.hiddenSize(), feeds));
        tables.forEach((table, vectors) -> feeds.put(table.name(), vectors(step, table, vectors)));
        feedCrossStates(took, feeds);
        int[] lengths = IntStream.range(0, step.rows())
                .map(row -> step.from(row) + step.tokens())
                .toArray();
        feeds.put(
                LayerGraph.LAST_POSITIONS,
                ints(IntStream.of(lengths).map(n -> n - 1).toArray(), lengths.length));
        feeds.put(
                LayerGraph.LONGEST, ints(new int[] {IntStream.of(lengths).max().orElseThrow()}));
        feeds.put(TextGraph.LOGIT_INDEX, Tensor.ofLongs(logitIndex, logitIndex.length));
        feeds.putAll(memory.recurrentStates(first, step.rows()));
        DecoderParts.Result result = parts.run(feeds, memory.inPlace(first, step.rows()));
        memory.put(first, step.rows(), took.stream().map(rows::number).toList(), result.recurrent());
        return result.logits();
    }

    private static Tensor vectors(Step step, TokenTable table, EmbeddingTable vectors) {
        long[] shape = {step.rows(), step.tokens(), table.width()};
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer target = bytes.asFloatBuffer();
        for (int row = 0; row < step.rows(); row++) {
            for (int token = 0; token < step.tokens(); token++) {
                vectors.put(table.id(step, row, token), target);
            }
        }
        return Tensor.view(DType.FLOAT32, shape, bytes);
    }

    /** Lets the tokens of a row attend to its states. */
    private void feedCrossStates(List<Row> took, Map<String, Tensor> feeds) {
        if (crossStates == null) {
            return;
        }
        Row row = took.get(0);
        if (row.crossStates.isEmpty()) {
            row.crossStates = projected(crossStates, row.prompt);
        }
        feeds.putAll(row.crossStates);
    }

    /** Keys and values of all states of a prompt, by the names of the inputs they are for. */
    private Map<String, Tensor> projected(OnnxSession session, Prompt prompt) {
        if (prompt.states().isEmpty()) {
            Map<String, Tensor> none = new HashMap<>();
            model.crossAttention().forEach((number, layer) -> layer.putNoStates(number, none));
            return none;
        }
        List<Tensor> states =
                prompt.states().stream().map(s -> s.rows().tensor()).toList();
        long[] shape = {states.stream().mapToLong(s -> s.dim(0)).sum(), model.hiddenSize()};
        return session.run(Map.of(CrossAttention.STATES, Tensor.joined(shape, states)));
    }

    private static void requirePause(Prompt prompt, int token) {
        if (prompt.pauseUpTo(token) != token) {
            throw new IllegalArgumentException(
                    "token " + token + " is among tokens that attend to each other, which are read at once");
        }
    }

    @Override
    public int shared(Sequence sequence, Prompt prompt) {
        Row row = rows.of(sequence);
        if (!isValidFor(row, prompt)) {
            return 0;
        }
        long[] written = row.written.stream().mapToLong(Long::longValue).toArray();
        int equal = Math.min(Math.min(row.length, prompt.length() - 1), prompt.shared(row.prompt, written));
        if (memory.canBeCutBack()) {
            return pauseUpTo(row.prompt, prompt, equal);
        }
        return reusable(row).stream()
                .filter(tokens -> tokens <= equal && pauseUpTo(row.prompt, prompt, tokens) == tokens)
                .max(Comparator.naturalOrder())
                .orElse(0);
    }

    private static int pauseUpTo(Prompt one, Prompt other, int tokens) {
        int pause = tokens;
        while (one.pauseUpTo(pause) != pause || other.pauseUpTo(pause) != pause) {
            pause = one.pauseUpTo(other.pauseUpTo(pause));
        }
        return pause;
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
        if (tokens > model.contextTokens()) {
            throw new IllegalArgumentException(
                    tokens + " tokens do not fit into the model's context of " + model.contextTokens());
        }
    }

    private static Tensor ints(int[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return Tensor.view(DType.INT32, shape, bytes);
    }
}
