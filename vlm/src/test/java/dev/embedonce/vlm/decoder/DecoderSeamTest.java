package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.CachedHeads;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.LayerState.PerToken;
import dev.embedonce.vlm.decoder.layer.LayerState.Recurrent;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.Step;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Injection;
import dev.embedonce.vlm.decoder.layer.TokenMixer;
import dev.embedonce.vlm.decoder.layer.TokenTable;
import dev.embedonce.vlm.decoder.rope.Rotary;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.How;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.Target;
import dev.embedonce.vlm.prompt.Prompt.TokenSet;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What layers of models to come need of the decoder, each shown with a layer made up for it. */
class DecoderSeamTest {
    /** Float32 sums of a few numbers around 1, in another order. */
    private static final float TOLERANCE = 1e-4f;

    @TempDir
    Path folder;

    private final TinyText tiny = new TinyText();

    /** A layer without weights. */
    private interface Plain extends DecoderLayer {
        @Override
        default List<LayerState> states(int layer) {
            return List.of();
        }

        @Override
        default List<StepInput> inputs() {
            return List.of();
        }

        @Override
        default long weights() {
            return 0;
        }
    }

    private static final Plain IDENTITY = (graph, x) -> x;

    /** Adds the sum of all tokens so far, this one included, which it keeps as its state. */
    private record RunningSum() implements Plain {
        private Recurrent sum(int layer) {
            return new Recurrent("sum_" + layer, TinyText.HIDDEN);
        }

        @Override
        public Value apply(LayerGraph graph, Value x) {
            Ops ops = graph.ops();
            Value tokens = graph.tokens().batched(x);
            Value before = ops.unsqueeze(graph.state(sum(graph.number())), 1);
            Value sums = ops.add(
                    before,
                    ops.graph().op("CumSum", tokens, ops.graph().scalar(1L)).output());
            Value last = ops.gather(sums, ops.graph().constant(-1), 1);
            graph.update(sum(graph.number()), ops.squeeze(last, 1));
            return ops.add(x, graph.tokens().flat(sums, TinyText.HIDDEN));
        }

        @Override
        public List<LayerState> states(int layer) {
            return List.of(sum(layer));
        }
    }

    private static Prompt prompt(long... ids) {
        return Prompt.inOrder(ids, List.of());
    }

    private static float[] floats(Tensor logits) {
        float[] values = new float[Math.toIntExact(logits.elementCount())];
        logits.floats().get(values);
        return values;
    }

    private double[] sum(long... ids) {
        double[] sum = new double[TinyText.HIDDEN];
        for (long id : ids) {
            float[] row = tiny.embedding((int) id);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += row[i];
            }
        }
        return sum;
    }

    private static double[] plus(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    /** The logits of a {@link RunningSum} model after the last of these tokens. */
    private float[] summed(long... ids) {
        return tiny.logits(plus(sum(ids[ids.length - 1]), sum(ids)));
    }

    private static Tensor readAll(SequenceBatch batch, Sequence sequence) {
        return batch.prefill(sequence, sequence.prompt().length() - sequence.length(), Wanted.LAST);
    }

    @Test
    void recurrentState_goesOnOverChunksAndSteps() {
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(new RunningSum()), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(prompt(1, 2, 3, 4, 5), 16);
            batch.prefill(sequence, 2, Wanted.NONE);
            assertThat(floats(batch.prefill(sequence, 3, Wanted.LAST)))
                    .containsExactly(summed(1, 2, 3, 4, 5), within(TOLERANCE));
            assertThat(floats(batch.decode(List.of(sequence), new long[] {6})))
                    .containsExactly(summed(1, 2, 3, 4, 5, 6), within(TOLERANCE));
        }
    }

    @Test
    void recurrentState_ofRowsThatWait_staysAsItIs() {
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(new RunningSum()), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence waiting = batch.open(prompt(1, 2, 3), 16);
            batch.prefill(waiting, 2, Wanted.NONE);
            Sequence going = batch.open(prompt(4, 5), 16);
            readAll(batch, going);
            assertThat(floats(batch.decode(List.of(going), new long[] {6})))
                    .containsExactly(summed(4, 5, 6), within(TOLERANCE));
            assertThat(floats(readAll(batch, waiting))).containsExactly(summed(1, 2, 3), within(TOLERANCE));
        }
    }

    @Test
    void recurrentState_ofARowThatMoves_movesWithIt_andANewRowBeginsAnew() {
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(new RunningSum()), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence first = batch.open(prompt(1, 2), 16);
            Sequence second = batch.open(prompt(3, 4), 16);
            readAll(batch, first);
            readAll(batch, second);
            batch.remove(first);
            Sequence third = batch.open(prompt(5), 16);
            assertThat(floats(readAll(batch, third))).containsExactly(summed(5), within(TOLERANCE));
            assertThat(floats(batch.decode(List.of(second), new long[] {7})))
                    .containsExactly(summed(3, 4, 7), within(TOLERANCE));
        }
    }

    @Test
    void recurrentState_isReusedAtItsEndAndAtThePromptsEnd_andNowhereElse() {
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(new RunningSum()), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence before = batch.open(prompt(1, 2, 3), 32);
            readAll(batch, before);
            batch.decode(List.of(before), new long[] {4});
            batch.decode(List.of(before), new long[] {5});

            Prompt onFromTheEnd = prompt(1, 2, 3, 4, 5, 6);
            assertThat(batch.shared(before, onFromTheEnd)).isEqualTo(5);
            Sequence on = batch.fork(before, 5, onFromTheEnd, 16);
            assertThat(floats(readAll(batch, on))).containsExactly(summed(1, 2, 3, 4, 5, 6), within(TOLERANCE));

            Prompt onFromThePrompt = prompt(1, 2, 3, 4, 9);
            assertThat(batch.shared(before, onFromThePrompt)).isEqualTo(3);
            Sequence other = batch.fork(before, 3, onFromThePrompt, 16);
            assertThat(floats(readAll(batch, other))).containsExactly(summed(1, 2, 3, 4, 9), within(TOLERANCE));

            assertThat(batch.shared(before, prompt(1, 2, 9, 9))).isZero();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> batch.fork(before, 2, prompt(1, 2, 9, 9), 16))
                    .withMessageContaining("cannot be cut back");

            Sequence anew = batch.replace(before, 0, prompt(8, 9), 16);
            assertThat(floats(readAll(batch, anew))).containsExactly(summed(8, 9), within(TOLERANCE));
        }
    }

    @Test
    void recurrentState_isReusedWhereReadingPaused_overAnyNumberOfTurns() {
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(new RunningSum()), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence before = batch.open(prompt(1, 2, 3, 4, 5), 32);
            batch.prefill(before, 1, Wanted.NONE);
            batch.prefill(before, 2, Wanted.NONE);
            readAll(batch, before);
            assertThat(batch.shared(before, prompt(1, 2, 3, 9, 9))).isEqualTo(3);
            assertThat(batch.shared(before, prompt(1, 2, 9, 9)))
                    .as("two snapshots are kept")
                    .isZero();

            Sequence second = batch.replace(before, 3, prompt(1, 2, 3, 9), 32);
            assertThat(floats(readAll(batch, second))).containsExactly(summed(1, 2, 3, 9), within(TOLERANCE));
            assertThat(batch.shared(second, prompt(1, 2, 3, 8, 7))).isEqualTo(3);

            Sequence third = batch.fork(second, 3, prompt(1, 2, 3, 8, 7), 32);
            assertThat(floats(readAll(batch, third))).containsExactly(summed(1, 2, 3, 8, 7), within(TOLERANCE));
            assertThat(floats(batch.decode(List.of(second), new long[] {6})))
                    .containsExactly(summed(1, 2, 3, 9, 6), within(TOLERANCE));
        }
    }

    @Test
    void recurrentState_countsAsBytes() {
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(new RunningSum()), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(prompt(1, 2, 3), 16);
            long state = (long) TinyText.HIDDEN * Float.BYTES;
            assertThat(batch.bytes()).isEqualTo(state);
            readAll(batch, sequence); // and a snapshot after the prompt
            assertThat(batch.bytes()).isEqualTo(2 * state);
        }
    }

    /** Adds, to every token, ten times its kind and its id. */
    private record Kinds() implements Plain, StepInput {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            Value added = graph.input("kinds", TensorType.F32, Dim.free("rows"), Dim.free("tokens"), Dim.of(1));
            return graph.ops().add(x, graph.tokens().flat(added, 1));
        }

        @Override
        public List<StepInput> inputs() {
            return List.of(this);
        }

        @Override
        public void feed(Step step, Map<String, Tensor> feeds) {
            float[] values = new float[step.rows() * step.tokens()];
            for (int i = 0; i < values.length; i++) {
                int row = i / step.tokens();
                int token = i % step.tokens();
                values[i] = 10f * step.kind(row, token) + step.id(row, token);
            }
            feeds.put("kinds", Tensor.ofFloats(values, step.rows(), step.tokens(), 1));
        }
    }

    @Test
    void kindsAndIdsOfTokens_reachLayers() {
        Prompt kinds = Prompt.builder(3, 5).kinds(0, 2).build();
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(new Kinds()), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(kinds, 16);
            assertThat(floats(readAll(batch, sequence))).containsExactly(shifted(5, 25), within(TOLERANCE));
            assertThat(floats(batch.decode(List.of(sequence), new long[] {7})))
                    .containsExactly(shifted(7, 7), within(TOLERANCE));

            assertThat(batch.shared(sequence, prompt(3, 5, 7, 1))).isEqualTo(1); // the other token has another kind
        }
    }

    private float[] shifted(long id, double by) {
        return tiny.logits(Arrays.stream(sum(id)).map(value -> value + by).toArray());
    }

    /** Adds the vector of a table beside the embeddings; tokens of other kinds have that of id 3. */
    private record ReadsTable() implements Plain {
        private static final TokenTable TABLE = new TokenTable("beside", TinyText.VOCABULARY, TinyText.HIDDEN, 2, 3);

        @Override
        public Value apply(LayerGraph graph, Value x) {
            return graph.ops().add(x, graph.tokens().flat(TABLE.input(graph), TinyText.HIDDEN));
        }

        @Override
        public List<TokenTable> tables() {
            return List.of(TABLE);
        }
    }

    @Test
    void tablesBesideTheEmbeddings_areReadByIdAndKind() {
        tiny.weight("beside.weight", TinyText.VOCABULARY, TinyText.HIDDEN);
        Prompt kinds = Prompt.builder(3, 5, 6).kinds(0, 2, 0).build();
        TextModel model = TinyText.model(new ReadsTable(), IDENTITY, new ReadsTable());
        try (TextDecoder decoder = tiny.open(folder, model, 3);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(kinds, 16);
            assertThat(floats(batch.prefill(sequence, 2, Wanted.LAST)))
                    .containsExactly(beside(5, 3), within(TOLERANCE));
            assertThat(floats(readAll(batch, sequence))).containsExactly(beside(6, 6), within(TOLERANCE));
            Sequence other = batch.open(prompt(1, 2), 16);
            readAll(batch, other);
            float[] steps = floats(batch.decode(List.of(sequence, other), new long[] {7, 8}));
            assertThat(Arrays.copyOf(steps, TinyText.VOCABULARY)).containsExactly(beside(7, 7), within(TOLERANCE));
            assertThat(Arrays.copyOfRange(steps, TinyText.VOCABULARY, steps.length))
                    .containsExactly(beside(8, 8), within(TOLERANCE));
        }
    }

    private float[] beside(long id, int vector) {
        return tiny.logits(plus(sum(id), times(tiny.row("beside.weight", vector), 4)));
    }

    @Test
    void modeOfASequence_reachesInputs_andSeparatesPrefixes() {
        Prompt plain = prompt(1, 2, 3);
        Prompt lora = Prompt.builder(1, 2, 3).mode("lora").build();
        assertThat(Step.decode(List.of(new Step.Row(plain, 3, 4), new Step.Row(lora, 3, 4)))
                        .prompt(1)
                        .mode())
                .isEqualTo("lora");
        assertThat(lora.shared(plain, new long[0])).isZero();
        assertThat(lora.shared(lora.read(), new long[0])).isEqualTo(3);
    }

    @Test
    void positions_needNotBeWholeNumbers() {
        Rotary rotary = Rotary.of(new float[] {1, 0.5f}, 1);
        Prompt halves = Prompt.builder(1, 2)
                .positions(new float[][] {{0.5f, 1.25f}}, 2.5f)
                .build();
        Map<String, Tensor> feeds = new HashMap<>();
        new RopeTables("rope", rotary).feed(Step.prefill(halves, 0, 2), feeds);
        assertThat(floats(Objects.requireNonNull(feeds.get("rope_cos"))))
                .containsExactly(cosines(0.5, 0.25, 1.25, 0.625), within(1e-6f));
        assertThat(halves.position(0, 3)).isEqualTo(3.5f);
    }

    private static float[] cosines(double... angles) {
        float[] cosines = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            cosines[i] = (float) Math.cos(angles[i]);
        }
        return cosines;
    }

    private static Placement placement(int layer, How how, int token, double... row) {
        float[] values = new float[TinyText.HIDDEN];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) row[i];
        }
        return new Placement(new Target(layer, how), new int[] {token}, Tensor.ofFloats(values, 1, values.length));
    }

    private static final double[] ROW = {1, -2, 3, -4, 5, -6, 7, -8};

    private static double[] times(double[] values, double factor) {
        return Arrays.stream(values).map(value -> value * factor).toArray();
    }

    /**
     * The answer of two layers that do nothing, with embeddings multiplied by 3 and features of the middle token of
     * three.
     */
    private float[] answer(Set<Injection> injections, Placement placed, long middleId) {
        TextModel model = TinyText.model(List.of(IDENTITY, IDENTITY), injections, 3);
        Prompt prompt = Prompt.inOrder(new long[] {1, middleId, 2}, List.of(placed));
        try (TextDecoder decoder = tiny.open(folder, model, 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(prompt, 16);
            float[] all = floats(batch.prefill(sequence, 3, Wanted.ALL));
            assertThat(Arrays.copyOfRange(all, 2 * TinyText.VOCABULARY, 3 * TinyText.VOCABULARY))
                    .as("the token behind")
                    .containsExactly(tiny.logits(times(sum(2), 3)), within(TOLERANCE));
            assertThat(floats(batch.decode(List.of(sequence), new long[] {4})))
                    .as("a token that is decoded")
                    .containsExactly(tiny.logits(times(sum(4), 3)), within(TOLERANCE));
            return Arrays.copyOfRange(all, TinyText.VOCABULARY, 2 * TinyText.VOCABULARY);
        }
    }

    @Test
    void features_replaceEmbeddings_whoseIdsAreNotLookedUp() {
        for (long outside : new long[] {-7, TinyText.VOCABULARY + 100}) {
            assertThat(answer(Set.of(), placement(0, How.REPLACE, 1, ROW), outside))
                    .containsExactly(tiny.logits(ROW), within(TOLERANCE));
        }
    }

    @Test
    void features_replaceEmbeddingsBeforeScaling() {
        // the last norm hides a factor of one token, so the sum over two tells
        Prompt prompt = Prompt.inOrder(new long[] {1}, List.of(placement(0, How.REPLACE_BEFORE_SCALING, 0, ROW)));
        TextModel model = TinyText.model(List.of(new RunningSum()), Set.of(), 3);
        try (TextDecoder decoder = tiny.open(folder, model, 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(prompt, 16);
            readAll(batch, sequence);
            assertThat(floats(batch.decode(List.of(sequence), new long[] {2})))
                    .containsExactly(tiny.logits(plus(times(sum(2), 6), times(ROW, 3))), within(TOLERANCE));
        }
    }

    @Test
    void features_areAddedToEmbeddings() {
        assertThat(answer(Set.of(), placement(0, How.ADD, 1, ROW), 5))
                .containsExactly(tiny.logits(plus(times(sum(5), 3), ROW)), within(TOLERANCE));
    }

    @Test
    void features_enterInFrontOfAnyLayer() {
        for (int layer = 1; layer <= 2; layer++) {
            assertThat(answer(Set.of(new Injection(layer, How.ADD)), placement(layer, How.ADD, 1, ROW), 5))
                    .containsExactly(tiny.logits(plus(times(sum(5), 3), ROW)), within(TOLERANCE));
            assertThat(answer(Set.of(new Injection(layer, How.REPLACE)), placement(layer, How.REPLACE, 1, ROW), 5))
                    .containsExactly(tiny.logits(ROW), within(TOLERANCE));
        }
    }

    @Test
    void partsOfAModel_handOnMoreThanHiddenStates() {
        Plain hands = (graph, x) -> {
            graph.hand("first", graph.ops().mul(x, graph.ops().graph().scalar(2f)), dims());
            return x;
        };
        Plain takes = (graph, x) -> graph.ops().add(x, graph.handed("first", TensorType.F32, dims()));
        TextModel model = TinyText.model(hands, IDENTITY, takes);
        for (int parts = 1; parts <= 3; parts++) {
            try (TextDecoder decoder = tiny.open(folder, model, parts);
                    SequenceBatch batch = decoder.newBatch()) {
                Sequence sequence = batch.open(prompt(5, 6), 16);
                assertThat(floats(batch.prefill(sequence, 2, Wanted.LAST)))
                        .as("%s parts", parts)
                        .containsExactly(tiny.logits(times(sum(6), 3)), within(TOLERANCE));
            }
        }
    }

    private static Dim[] dims() {
        return new Dim[] {Dim.free("all_tokens"), Dim.of(TinyText.HIDDEN)};
    }

    private static final GroupedHeads ONE_HEAD = new GroupedHeads(1, 1, TinyText.HIDDEN, 0.5f, 0, 0);
    /** All tokens stand at position 0, so that rotary positions rotate nothing. */
    private static final RopeTables ROPE = new RopeTables("rope", Rotary.of(Rotary.frequencies(10_000, 8), 1));

    private static final FeedForward NOTHING = new FeedForward() {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            return graph.ops().sub(x, x);
        }

        @Override
        public long weights() {
            return 0;
        }
    };

    private static DecoderLayer attention(boolean bidirectional, int window) {
        return attention(bidirectional, window, 0);
    }

    private static DecoderLayer attention(boolean bidirectional, int window, float softcap) {
        GroupedHeads heads = new GroupedHeads(1, 1, TinyText.HIDDEN, ONE_HEAD.scale(), window, softcap);
        return new ResidualLayer(
                new GroupedQueryAttention(heads, false, false, null, ROPE, bidirectional),
                NOTHING,
                Norms.pre(new RmsNorm(1e-6)));
    }

    /** A layer that adds the mean of all keys that an earlier layer has cached, for one row. */
    private record ReadsKeysOf(int earlier) implements Plain {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            Ops ops = graph.ops();
            Value keys = graph.stateOfEarlierLayer(new PerToken("keys_" + earlier, 1, TinyText.HIDDEN));
            Value longest = ops.reshape(ops.cast(graph.input(LayerGraph.LONGEST, TensorType.I32), TensorType.I64), 1);
            Value mean = ops.mean(ops.sliceTo(keys, 2, longest), false, 0, 1, 2);
            return ops.add(x, mean);
        }
    }

    @Test
    void layersReadWhatAnotherLayerKeeps_inOnePartOrInTwo() {
        attentionWeights();
        TextModel model = TinyText.model(attention(false, 0), IDENTITY, new ReadsKeysOf(0));
        float[][] answers = new float[4][];
        for (int parts = 1; parts <= 3; parts++) {
            try (TextDecoder decoder = tiny.open(folder, model, parts);
                    SequenceBatch batch = decoder.newBatch()) {
                Sequence sequence = batch.open(atZero(5, 6, 7), 16);
                readAll(batch, sequence);
                answers[parts] = floats(batch.decode(List.of(sequence), new long[] {8}));
            }
        }
        assertThat(answers[2]).containsExactly(answers[1], within(TOLERANCE));
        assertThat(answers[3]).containsExactly(answers[1], within(TOLERANCE));
        try (TextDecoder without = tiny.open(folder, TinyText.model(attention(false, 0)), 1);
                SequenceBatch batch = without.newBatch()) {
            Sequence sequence = batch.open(atZero(5, 6, 7), 16);
            readAll(batch, sequence);
            assertThat(floats(batch.decode(List.of(sequence), new long[] {8}))[0])
                    .as("the keys count")
                    .isNotCloseTo(answers[1][0], within(TOLERANCE));
        }
    }

    private void attentionWeights() {
        tiny.ones("layers.0.input_layernorm.weight");
        tiny.ones("layers.0.post_attention_layernorm.weight");
        for (String projection : List.of("q", "k", "v", "o")) {
            tiny.weight("layers.0.self_attn." + projection + "_proj.weight", TinyText.HIDDEN, TinyText.HIDDEN);
        }
    }

    /** Its queries attend to the keys and values of layer 0. */
    private record AttendsToLayer0(CachedHeads heads) implements Plain {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            Value normed = Norm.rms(graph.ops(), x, TinyText.HIDDEN, 1e-6);
            Value query = linear(graph, "q_proj", normed);
            Value mixed = heads.attendTo(graph, 0, graph.tokens().batched(query));
            return graph.ops().add(x, linear(graph, "o_proj", graph.tokens().flat(mixed, TinyText.HIDDEN)));
        }

        private static Value linear(LayerGraph graph, String name, Value x) {
            Scope scope = graph.layer().at("self_attn").at(name);
            return Linear.of(scope, TinyText.HIDDEN, TinyText.HIDDEN, false).apply(x);
        }

        @Override
        public List<LayerState> states(int layer) {
            return heads.statesOf(0, layer);
        }

        @Override
        public List<StepInput> inputs() {
            return heads.inputs();
        }
    }

    @Test
    void layersAttendToKeysAndValuesOfAnotherLayer() {
        attentionWeights();
        for (String projection : List.of("q", "o")) {
            tiny.weight("layers.2.self_attn." + projection + "_proj.weight", TinyText.HIDDEN, TinyText.HIDDEN);
        }
        long[] ids = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        for (int window : new int[] {0, 2}) {
            GroupedHeads heads = new GroupedHeads(1, 1, TinyText.HIDDEN, 0.5f, window, 0);
            TextModel model = TinyText.model(
                    attention(false, window), IDENTITY, new AttendsToLayer0(new CachedHeads(heads, false)));
            float[] expected = shared(ids, (token, other) -> other <= token && (window == 0 || other > token - window));
            for (int parts = 1; parts <= 3; parts++) {
                assertThat(inChunksAndAStep(model, parts, ids))
                        .as("%s parts, window %s", parts, window)
                        .containsExactly(expected, within(TOLERANCE));
            }
        }
    }

    /** The logits after each token, prefilled as a chunk of 1, the others but one, and a step beside a longer one. */
    private float[] inChunksAndAStep(TextModel model, int parts, long... ids) {
        try (TextDecoder decoder = tiny.open(folder, model, parts);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence other = batch.open(atZero(9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2), 32);
            readAll(batch, other);
            int last = ids.length - 1;
            Sequence sequence = batch.open(atZero(Arrays.copyOf(ids, last)), 16);
            FloatBuffer answers = FloatBuffer.allocate(ids.length * TinyText.VOCABULARY);
            answers.put(floats(batch.prefill(sequence, 1, Wanted.ALL)));
            answers.put(floats(batch.prefill(sequence, last - 1, Wanted.ALL)));
            float[] both = floats(batch.decode(List.of(other, sequence), new long[] {3, ids[last]}));
            return answers.put(both, TinyText.VOCABULARY, TinyText.VOCABULARY).array();
        }
    }

    /** What a layer of attention and one that attends to its keys and values answer, computed in the plainest way. */
    private float[] shared(long[] ids, Attends attends) {
        float[] logits = new float[ids.length * TinyText.VOCABULARY];
        Prompt prompt = prompt(ids);
        for (int token = 0; token < ids.length; token++) {
            double[] first =
                    plus(sum(ids[token]), mixed(prompt, token, 0, projected("q", ids[token]), attends, score -> score));
            double[] query = tiny.product("layers.2.self_attn.q_proj.weight", TinyText.normed(first));
            float[] answer = tiny.logits(plus(first, mixed(prompt, token, 2, query, attends, score -> score)));
            System.arraycopy(answer, 0, logits, token * answer.length, answer.length);
        }
        return logits;
    }

    private static Prompt atZero(long... ids) {
        return Prompt.builder(ids)
                .positions(new float[][] {new float[ids.length]}, 0)
                .build();
    }

    @Test
    void inputsOfOneName_areRefused() {
        TextModel model = TinyText.model(new Named(1), new Named(2));
        assertThatIllegalStateException()
                .isThrownBy(() -> model.feeds(Step.prefill(prompt(1), 0, 1)))
                .withMessageContaining("called same");
        assertThat(TinyText.model(new Named(1), new Named(1)).feeds(Step.prefill(prompt(1), 0, 1)))
                .hasSize(1);
    }

    private record Named(int value) implements Plain, StepInput {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            return x;
        }

        @Override
        public List<StepInput> inputs() {
            return List.of(this);
        }

        @Override
        public void feed(Step step, Map<String, Tensor> feeds) {
            feeds.put("same", Tensor.ofFloats(new float[] {value}, 1));
        }
    }

    /** Whether a token attends to another one. */
    private interface Attends {
        boolean to(int token, int other);
    }

    /** The output of one layer of attention for each token, computed in the plainest way. */
    private float[] reference(Prompt prompt, Attends attends) {
        return reference(prompt, attends, score -> score);
    }

    private float[] reference(Prompt prompt, Attends attends, DoubleUnaryOperator capped) {
        int count = prompt.length();
        float[] logits = new float[count * TinyText.VOCABULARY];
        for (int token = 0; token < count; token++) {
            double[] out = mixed(prompt, token, 0, projected("q", prompt.id(token)), attends, capped);
            float[] answer = tiny.logits(plus(sum(prompt.id(token)), out));
            System.arraycopy(answer, 0, logits, token * answer.length, answer.length);
        }
        return logits;
    }

    /** What attention over the keys and values of layer 0 adds to a token, by the output projection of a layer. */
    private double[] mixed(
            Prompt prompt, int token, int layer, double[] query, Attends attends, DoubleUnaryOperator capped) {
        double[] mixed = new double[TinyText.HIDDEN];
        double total = 0;
        for (int other = 0; other < prompt.length(); other++) {
            if (attends.to(token, other)) {
                double score = ONE_HEAD.scale() * dot(query, projected("k", prompt.id(other)));
                double weight = Math.exp(capped.applyAsDouble(score));
                total += weight;
                mixed = plus(mixed, times(projected("v", prompt.id(other)), weight));
            }
        }
        return tiny.product("layers." + layer + ".self_attn.o_proj.weight", times(mixed, 1 / total));
    }

    private double[] projected(String name, long id) {
        return tiny.product("layers.0.self_attn." + name + "_proj.weight", TinyText.normed(sum(id)));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** The sets {1, 4} and {2, 3, 6} of nine tokens. */
    private static Prompt withSets() {
        return Prompt.builder(1, 2, 3, 4, 5, 6, 7, 8, 9)
                .positions(new float[][] {new float[9]}, 0)
                .bidirectional(List.of(new TokenSet(new int[] {1, 4}), new TokenSet(new int[] {2, 3, 6})))
                .build();
    }

    private static boolean inOneSet(int token, int other) {
        return withSets().bidirectional().stream()
                .map(set -> Arrays.stream(set.tokens()).boxed().toList())
                .anyMatch(set -> set.contains(token) && set.contains(other));
    }

    private float[] answers(DecoderLayer layer) {
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(layer), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Prompt prompt = withSets();
            Sequence sequence = batch.open(prompt, 16);
            float[] begin = floats(batch.prefill(sequence, 1, Wanted.ALL));
            float[] rest = floats(batch.prefill(sequence, 8, Wanted.ALL));
            float[] all = Arrays.copyOf(begin, begin.length + rest.length);
            System.arraycopy(rest, 0, all, begin.length, rest.length);
            return all;
        }
    }

    @Test
    void setsOfTokens_thatAreNoNeighbours_attendToEachOther() {
        attentionWeights();
        assertThat(answers(attention(true, 0)))
                .containsExactly(
                        reference(withSets(), (token, other) -> other <= token || inOneSet(token, other)),
                        within(TOLERANCE));
    }

    @Test
    void setsOfTokens_areCutByAWindow() {
        attentionWeights();
        assertThat(answers(attention(true, 2)))
                .containsExactly(
                        reference(
                                withSets(),
                                (token, other) -> other > token - 2 && (other <= token || inOneSet(token, other))),
                        within(TOLERANCE));
    }

    @Test
    void allTokensOfAPrompt_attendToEachOtherBeyondAWindow() {
        attentionWeights();
        Prompt prompt = atZero(1, 2, 3, 4, 5, 6, 7, 8, 9).withAllBidirectional();
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(attention(true, 2)), 1);
                SequenceBatch batch = decoder.newBatch()) {
            Tensor all = batch.prefill(batch.open(prompt, 16), 9, Wanted.ALL);
            assertThat(floats(all)).containsExactly(reference(prompt, (token, other) -> true), within(TOLERANCE));
        }
    }

    @Test
    void scoresOfSets_areCappedAsThoseOfAllTokens() {
        attentionWeights();
        float cap = 0.25f;
        assertThat(answers(attention(true, 0, cap)))
                .containsExactly(
                        reference(
                                withSets(),
                                (token, other) -> other <= token || inOneSet(token, other),
                                score -> cap * Math.tanh(score / cap)),
                        within(TOLERANCE));
    }

    @Test
    void setsOfTokens_areNothingToLayersWithoutSuchAMask() {
        attentionWeights();
        assertThat(answers(attention(false, 0)))
                .containsExactly(reference(withSets(), (token, other) -> other <= token), within(TOLERANCE));
    }

    @Test
    void setsThatInterlock_areReadAtOnce() {
        Prompt prompt = withSets();
        assertThat(prompt.pauseFrom(1)).isEqualTo(1);
        assertThat(prompt.pauseFrom(2)).isEqualTo(7);
        assertThat(prompt.pauseUpTo(5)).isEqualTo(1);
        assertThat(prompt.pauseUpTo(7)).isEqualTo(7);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prompt.builder(1, 2)
                        .bidirectional(List.of(new TokenSet(new int[] {0, 1}), new TokenSet(new int[] {1}))))
                .withMessageContaining("in two");
    }

    @Test
    void promptsOfOtherSets_shareWhatStandsBefore() {
        Prompt without = atZero(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(withSets().shared(without, new long[0])).isEqualTo(1);
        assertThat(without.shared(withSets(), new long[0])).isEqualTo(1);
    }

    /** A half of a layer that squares what it is given. */
    private record Squares() implements TokenMixer, FeedForward {
        @Override
        public Value mix(LayerGraph graph, Value x) {
            return apply(graph, x);
        }

        @Override
        public Value apply(LayerGraph graph, Value x) {
            return graph.ops().mul(x, x);
        }

        @Override
        public List<LayerState> states(int layer) {
            return List.of();
        }

        @Override
        public List<StepInput> inputs() {
            return List.of();
        }

        @Override
        public long weights() {
            return 0;
        }
    }

    @Test
    void residualMultiplier_countsForWhatBothHalvesAdd() {
        tiny.ones("layers.0.input_layernorm.weight");
        tiny.ones("layers.0.post_attention_layernorm.weight");
        double[] x = sum(5);
        for (int i = 0; i < 2; i++) {
            x = plus(x, times(Arrays.stream(TinyText.normed(x)).map(v -> v * v).toArray(), 0.25));
        }
        DecoderLayer layer = new ResidualLayer(new Squares(), new Squares(), Norms.pre(new RmsNorm(1e-6)), 0.25f);
        try (TextDecoder decoder = tiny.open(folder, TinyText.model(layer), 1);
                SequenceBatch batch = decoder.newBatch()) {
            assertThat(floats(readAll(batch, batch.open(prompt(5), 16))))
                    .containsExactly(tiny.logits(x), within(TOLERANCE));
        }
    }
}
