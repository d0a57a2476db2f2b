package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.layer.LayerState.PerToken;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The sequences of a {@link BartModel}. Prefill runs the encoder over the whole prompt and then the decoder's first
 * step; the decoder's cross-attention keys and values stay with the sequence.
 */
final class BartSequences implements SequenceBatch {
    private final OnnxSession encoder;
    private final OnnxSession decoder;
    private final BartConfig config;
    private final EmbeddingTable embeddings;
    private final SequenceRows<Row> rows;

    BartSequences(OnnxSession encoder, OnnxSession decoder, BartConfig config, EmbeddingTable embeddings) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.config = config;
        this.embeddings = embeddings;
        int heads = config.decoder().heads();
        int size = config.hiddenSize() / heads;
        List<PerToken> states = IntStream.range(0, config.decoder().layers())
                .boxed()
                .flatMap(layer -> Stream.of(BartGraph.keys(layer), BartGraph.values(layer)))
                .map(name -> new PerToken(name, heads, size))
                .toList();
        this.rows = new SequenceRows<>(Row.class, new SequenceMemory(states, config.positions()));
    }

    private static final class Row implements SequenceRows.Row {
        private Prompt prompt;
        private Map<String, Tensor> read = Map.of();
        /** Tokens in the decoder's KV cache: its start token, then those generated. */
        private int written;

        Row(Prompt prompt) {
            this.prompt = prompt;
        }

        @Override
        public Prompt prompt() {
            return prompt;
        }

        @Override
        public int length() {
            return read.isEmpty() ? 0 : prompt.length() + written - 1;
        }

        @Override
        public int used() {
            return written;
        }

        @Override
        public long bytesBeside() {
            return read.values().stream().mapToLong(Tensor::sizeBytes).sum();
        }
    }

    @Override
    public Sequence open(Prompt prompt, int roomTokens) {
        if (prompt.length() > config.positions()) {
            throw new IllegalArgumentException(prompt.length() + " tokens do not fit into the " + config.positions()
                    + " positions of the model's encoder");
        }
        int room = Math.max(1, roomTokens - prompt.length() + 1);
        return rows.add(new Row(prompt), Math.min(config.positions(), room));
    }

    @Override
    public Tensor prefill(Sequence sequence, int tokens, Wanted logits) {
        Row row = rows.of(sequence);
        if (row.length() > 0 || tokens != row.prompt.length()) {
            throw new IllegalArgumentException("the model reads the " + row.prompt.length()
                    + " tokens of the prompt at once, not " + tokens + " behind " + row.length());
        }
        row.read = encoder.run(Map.of(BartGraph.EMBEDDINGS, PromptRows.embeddings(row.prompt, 0, tokens, embeddings)));
        row.prompt = row.prompt.read();
        Tensor first = step(row, config.startToken());
        return logits == Wanted.NONE ? Tensor.ofFloats(new float[0], 0, config.vocabulary()) : first;
    }

    @Override
    public Tensor decode(List<Sequence> sequences, long[] tokens) {
        for (Sequence sequence : sequences) {
            if (rows.of(sequence).read.isEmpty()) {
                throw new IllegalArgumentException("the prompt has not been read");
            }
        }
        List<Tensor> logits = new ArrayList<>();
        for (int i = 0; i < tokens.length; i++) {
            logits.add(step(rows.of(sequences.get(i)), tokens[i]));
        }
        return Tensor.joined(new long[] {tokens.length, config.vocabulary()}, logits);
    }

    /** The logits after one more token of the decoder. */
    private Tensor step(Row row, long token) {
        if (row.written >= config.positions()) {
            throw new IllegalArgumentException(
                    "the answer passes the " + config.positions() + " positions of the model's decoder");
        }
        rows.reserve(row.written + 1);
        ByteBuffer vector = Tensor.direct(DType.FLOAT32, config.hiddenSize());
        embeddings.put(token, vector.asFloatBuffer());
        Map<String, Tensor> feeds = new HashMap<>(row.read);
        feeds.put(BartGraph.EMBEDDINGS, Tensor.view(DType.FLOAT32, new long[] {1, 1, config.hiddenSize()}, vector));
        feeds.put(BartGraph.POSITIONS, Tensor.ofLongs(new long[] {row.written}, 1));
        feeds.put(BartGraph.LAST_POSITIONS, number(row.written, 1));
        feeds.put(BartGraph.LONGEST, number(row.written + 1));
        Map<String, Tensor> results =
                decoder.run(feeds, rows.memory().inPlace(rows.number(row), 1), Set.of(BartGraph.LOGITS));
        row.written++;
        return results.values().iterator().next();
    }

    /** No prefix is shared between prompts: each token of the encoder attends to all. */
    @Override
    public Sequence fork(Sequence like, int tokens, Prompt prompt, int roomTokens) {
        rows.of(like);
        if (tokens != 0) {
            throw new IllegalArgumentException("a prompt that is read at once takes over nothing");
        }
        return open(prompt, roomTokens);
    }

    @Override
    public int shared(Sequence sequence, Prompt prompt) {
        rows.of(sequence);
        return 0;
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

    private static Tensor number(int value, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return Tensor.view(DType.INT32, shape, bytes.putInt(0, value));
    }
}
