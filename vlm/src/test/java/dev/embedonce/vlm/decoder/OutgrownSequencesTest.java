package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.rope.Rotary;
import dev.embedonce.vlm.prompt.FeatureRows;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.Target;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sequences of a model whose keys are rotated otherwise in sequences of more than eight tokens: what is cached of a
 * shorter one is not valid for a longer one. Two layers, since the second's keys depend on what the first attends to.
 */
class OutgrownSequencesTest {
    /** Float32 sums of a few numbers around 1, in another order. */
    private static final float TOLERANCE = 1e-4f;

    private static final int MOST = 8;
    private static final long[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};

    @TempDir
    Path folder;

    private TextDecoder decoder;
    private SequenceBatch batch;

    /** Attention alone, added to the hidden states. */
    private record Layer(GroupedQueryAttention mixer) implements DecoderLayer {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            return graph.ops().add(x, mixer.mix(graph, x));
        }

        @Override
        public List<LayerState> states(int layer) {
            return mixer.states(layer);
        }

        @Override
        public List<StepInput> inputs() {
            return mixer.inputs();
        }

        @Override
        public long weights() {
            return 0;
        }
    }

    @BeforeEach
    void open() {
        TinyText tiny = new TinyText();
        for (int layer = 0; layer < 2; layer++) {
            for (String name : List.of("q", "k", "v", "o")) {
                tiny.weight(
                        "layers." + layer + ".self_attn." + name + "_proj.weight", TinyText.HIDDEN, TinyText.HIDDEN);
            }
        }
        Rotary rotary = Rotary.of(new float[] {1, 0.5f, 0.2f, 0.1f}, 1)
                .upTo(MOST, Rotary.of(new float[] {0.7f, 0.2f, 0.05f, 0.01f}, 1));
        GroupedHeads heads = new GroupedHeads(1, 1, TinyText.HIDDEN, 0.3f, 0, 0);
        DecoderLayer layer =
                new Layer(new GroupedQueryAttention(heads, false, false, null, new RopeTables("rope", rotary), false));
        TextModel model = TinyText.model(layer, layer);
        assertThat(model.mostTokens()).isEqualTo(MOST);
        decoder = tiny.open(folder, model, 1);
        batch = decoder.newBatch();
    }

    @AfterEach
    void close() {
        batch.close();
        decoder.close();
    }

    /** A prompt whose second token is a picture's. */
    private static Prompt prompt(int tokens) {
        Tensor feature = Tensor.ofFloats(new float[] {1, -1, 2, 0, 0.5f, 1, -2, 1}, 1, TinyText.HIDDEN);
        return Prompt.inOrder(
                Arrays.copyOf(IDS, tokens), List.of(new Placement(Target.EMBEDDINGS, new int[] {1}, feature)));
    }

    private Sequence read(int tokens) {
        Sequence sequence = batch.open(prompt(tokens), IDS.length);
        batch.prefill(sequence, tokens, Wanted.NONE);
        return sequence;
    }

    /** The logits of a prompt that is read in one run. */
    private float[] expected(int tokens) {
        try (SequenceBatch fresh = decoder.newBatch()) {
            return row(fresh.prefill(fresh.open(prompt(tokens), tokens), tokens, Wanted.LAST), 0);
        }
    }

    private static float[] row(Tensor logits, int row) {
        float[] values = new float[TinyText.VOCABULARY];
        logits.floats().get(row * values.length, values);
        return values;
    }

    @Test
    void aSequenceThatOutgrowsItsKeys_isWhatALongerPromptIs_andItsNeighbourAsBefore() {
        Sequence first = read(6);
        Sequence second = read(3);
        for (int step = 0; step < 5; step++) {
            Tensor logits = batch.decode(List.of(first, second), new long[] {IDS[6 + step], IDS[3 + step]});

            assertThat(row(logits, 0)).as("step %d", step).containsExactly(expected(7 + step), within(TOLERANCE));
            assertThat(row(logits, 1)).as("step %d", step).containsExactly(expected(4 + step), within(TOLERANCE));
        }
    }

    @Test
    void aLongPrompt_isRotatedAsSuchFromItsFirstChunkOn() {
        Sequence sequence = batch.open(prompt(11), 11);
        batch.prefill(sequence, 4, Wanted.NONE);
        batch.prefill(sequence, 4, Wanted.NONE);

        assertThat(row(batch.prefill(sequence, 3, Wanted.LAST), 0)).containsExactly(expected(11), within(TOLERANCE));
    }

    @Test
    void aPrefix_isTakenOverByPromptsOfTheSameKindOnly() {
        Sequence brief = read(6);
        Sequence extended = read(10);

        assertThat(batch.shared(brief, prompt(8))).isEqualTo(6);
        assertThat(batch.shared(brief, prompt(9))).isZero();
        assertThat(batch.shared(extended, prompt(12))).isEqualTo(10);
        assertThat(batch.shared(extended, prompt(8))).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.fork(brief, 6, prompt(9), 12))
                .withMessage("what is cached of 6 tokens is not valid for a prompt of 9");
    }

    @Test
    void aPrefixOfASequenceThatHasBecomeLong_isNotTakenOverByAShortPrompt() {
        Sequence sequence = read(8);
        assertThat(batch.shared(sequence, prompt(8))).isEqualTo(7);

        batch.decode(List.of(sequence), new long[] {IDS[8]});

        assertThat(batch.shared(sequence, prompt(8))).isZero();
        Sequence longer = batch.fork(sequence, batch.shared(sequence, prompt(11)), prompt(11), 12);
        assertThat(longer.length()).isEqualTo(9);
        assertThat(row(batch.prefill(longer, 2, Wanted.LAST), 0)).containsExactly(expected(11), within(TOLERANCE));
    }

    @Test
    void features_areKeptUntilNothingIsComputedAnew() {
        Sequence sequence = read(7);
        long bytes = batch.bytes();
        assertThat(rows(sequence).tensor().dim(0)).isEqualTo(1);

        batch.decode(List.of(sequence), new long[] {IDS[7]});
        batch.decode(List.of(sequence), new long[] {IDS[8]});

        assertThat(batch.bytes()).isEqualTo(bytes - TinyText.HIDDEN * Float.BYTES);
        assertThatIllegalStateException().isThrownBy(() -> rows(sequence).tensor());
    }

    private static FeatureRows rows(Sequence sequence) {
        return sequence.prompt().placements().get(0).rows();
    }
}
