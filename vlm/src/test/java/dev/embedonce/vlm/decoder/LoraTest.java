package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FusedGatedMlp;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.Lora;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network with a LoRA against its sums in doubles, sequences with and without it side by side. */
class LoraTest {
    /** Float32 sums of a few numbers around 1, in another order. */
    private static final float TOLERANCE = 1e-4f;

    private static final int INNER = 6;
    private static final int RANK = 2;
    private static final double SCALE = 1.5;
    private static final String FUSED = "layers.0.mlp.gate_up_proj.";
    private static final String DOWN = "layers.0.mlp.down_proj.";

    @TempDir
    Path folder;

    private final TinyText tiny = new TinyText();
    private TextDecoder decoder;
    private SequenceBatch batch;

    /** The network alone, added to the hidden states. */
    private record Layer(FusedGatedMlp mlp) implements DecoderLayer {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            return graph.ops().add(x, mlp.apply(graph, x));
        }

        @Override
        public List<LayerState> states(int layer) {
            return List.of();
        }

        @Override
        public List<StepInput> inputs() {
            return mlp.inputs();
        }

        @Override
        public long weights() {
            return 0;
        }
    }

    @BeforeEach
    void open() {
        int hidden = TinyText.HIDDEN;
        tiny.weight(FUSED + "weight", 2 * INNER, hidden);
        tiny.weight(FUSED + "lora_A.vision.weight", RANK, hidden);
        tiny.weight(FUSED + "lora_B.vision.weight", 2 * INNER, RANK);
        tiny.weight(DOWN + "weight", hidden, INNER);
        tiny.weight(DOWN + "lora_A.vision.weight", RANK, INNER);
        tiny.weight(DOWN + "lora_B.vision.weight", hidden, RANK);
        Lora lora = new Lora("vision", RANK, (float) SCALE);
        decoder = tiny.open(
                folder, TinyText.model(new Layer(new FusedGatedMlp(hidden, INNER, Activation.RELU, lora))), 1);
        batch = decoder.newBatch();
    }

    @AfterEach
    void close() {
        batch.close();
        decoder.close();
    }

    private double[] linear(String module, double[] x, boolean on) {
        double[] y = tiny.product(module + "weight", x);
        double[] low = tiny.product(module + "lora_A.vision.weight", x);
        double[] added = tiny.product(module + "lora_B.vision.weight", low);
        return IntStream.range(0, y.length)
                .mapToDouble(i -> on ? y[i] + SCALE * added[i] : y[i])
                .toArray();
    }

    private float[] expected(long id, boolean on) {
        float[] row = tiny.embedding((int) id);
        double[] x = IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray();
        double[] fused = linear(FUSED, x, on);
        double[] gated = new double[INNER];
        Arrays.setAll(gated, i -> Math.max(0, fused[i]) * fused[INNER + i]);
        double[] y = linear(DOWN, gated, on);
        return tiny.logits(
                IntStream.range(0, x.length).mapToDouble(i -> x[i] + y[i]).toArray());
    }

    private Sequence open(String mode, long... ids) {
        return batch.open(Prompt.builder(ids).mode(mode).build(), 8);
    }

    private static float[] row(Tensor logits, int row) {
        float[] values = new float[TinyText.VOCABULARY];
        logits.floats().get(row * values.length, values);
        return values;
    }

    @Test
    void aPrompt_isReadWithTheLoraOfItsModeOnly() {
        for (boolean on : new boolean[] {true, false}) {
            Tensor logits = batch.prefill(open(on ? "vision" : "", 3, 1, 4), 3, Wanted.ALL);

            assertThat(row(logits, 0)).containsExactly(expected(3, on), within(TOLERANCE));
            assertThat(row(logits, 2)).containsExactly(expected(4, on), within(TOLERANCE));
        }
        assertThat(row(batch.prefill(open("speech", 3), 1, Wanted.LAST), 0))
                .containsExactly(expected(3, false), within(TOLERANCE));
    }

    @Test
    void sequencesWithAndWithout_decodeTogether() {
        Sequence plain = open("", 3);
        Sequence adapted = open("vision", 1);
        Sequence other = open("", 4);
        List<Sequence> all = List.of(plain, adapted, other);
        all.forEach(sequence -> batch.prefill(sequence, 1, Wanted.NONE));

        Tensor logits = batch.decode(all, new long[] {5, 5, 9});

        assertThat(row(logits, 0)).containsExactly(expected(5, false), within(TOLERANCE));
        assertThat(row(logits, 1)).containsExactly(expected(5, true), within(TOLERANCE));
        assertThat(row(logits, 2)).containsExactly(expected(9, false), within(TOLERANCE));
        Tensor without = batch.decode(List.of(plain, other), new long[] {2, 2});
        assertThat(row(without, 0)).containsExactly(expected(2, false), within(TOLERANCE));
    }

    @Test
    void aPrefix_isTakenOverWithinAModeOnly() {
        Sequence plain = open("", 3, 1, 4);
        batch.prefill(plain, 3, Wanted.NONE);

        assertThat(batch.shared(plain, Prompt.builder(new long[] {3, 1, 5}).build()))
                .isEqualTo(2);
        assertThat(batch.shared(
                        plain,
                        Prompt.builder(new long[] {3, 1, 5}).mode("vision").build()))
                .isZero();
    }
}
