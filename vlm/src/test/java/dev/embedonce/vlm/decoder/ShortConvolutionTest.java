package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.ShortConvolution;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gated short convolution against its sums in doubles. */
class ShortConvolutionTest {
    /** Float32 sums of a few numbers around 1, in another order. */
    private static final float TOLERANCE = 1e-4f;

    private static final String LAYER = "layers.0.conv.";
    private static final long[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};

    @TempDir
    Path folder;

    private final TinyText tiny = new TinyText();

    /** The mixer alone, added to the hidden states. */
    private record Layer(ShortConvolution mixer) implements DecoderLayer {
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

    private TextDecoder open(int kernel) {
        int hidden = TinyText.HIDDEN;
        tiny.weight(LAYER + "in_proj.weight", 3L * hidden, hidden);
        tiny.weight(LAYER + "conv.weight", hidden, 1, kernel);
        tiny.weight(LAYER + "out_proj.weight", hidden, hidden);
        return tiny.open(folder, TinyText.model(new Layer(new ShortConvolution(hidden, kernel))), 1);
    }

    private double[] projected(long id) {
        float[] row = tiny.embedding((int) id);
        double[] x = IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray();
        return tiny.product(LAYER + "in_proj.weight", x);
    }

    /** The logits after the last of the tokens {@code from <= i < to}. */
    private float[] reference(int kernel, int from, int to) {
        int hidden = TinyText.HIDDEN;
        float[] weight = tiny.values(LAYER + "conv.weight");
        double[] mixed = new double[hidden];
        for (int back = 0; back < kernel && to - 1 - back >= from; back++) {
            double[] all = projected(IDS[to - 1 - back]);
            for (int i = 0; i < hidden; i++) {
                mixed[i] += all[i] * all[2 * hidden + i] * weight[(i + 1) * kernel - 1 - back];
            }
        }
        double[] gates = projected(IDS[to - 1]);
        Arrays.setAll(mixed, i -> mixed[i] * gates[hidden + i]);
        double[] out = tiny.product(LAYER + "out_proj.weight", mixed);
        float[] last = tiny.embedding((int) IDS[to - 1]);
        return tiny.logits(
                IntStream.range(0, hidden).mapToDouble(i -> last[i] + out[i]).toArray());
    }

    private static Prompt prompt(int from, int to) {
        return Prompt.inOrder(Arrays.copyOfRange(IDS, from, to), List.of());
    }

    private static float[] floats(Tensor logits, int row) {
        float[] values = new float[TinyText.VOCABULARY];
        logits.floats().get(row * values.length, values);
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void onePass_chunks_andSingleSteps_areTheSums(int kernel) {
        try (TextDecoder decoder = open(kernel);
                SequenceBatch batch = decoder.newBatch()) {
            for (int chunk : new int[] {IDS.length, 5, 2, 1}) {
                Sequence sequence = batch.open(prompt(0, IDS.length), IDS.length);
                while (sequence.length() < IDS.length) {
                    int tokens = Math.min(chunk, IDS.length - sequence.length());
                    Tensor logits = batch.prefill(sequence, tokens, Wanted.LAST);
                    assertThat(floats(logits, 0))
                            .as("%s tokens, in chunks of %s", sequence.length(), chunk)
                            .containsExactly(reference(kernel, 0, sequence.length()), within(TOLERANCE));
                }
                batch.remove(sequence);
            }
        }
    }

    @Test
    void sequencesOfDifferentLengths_decodeTogether() {
        try (TextDecoder decoder = open(3);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence first = batch.open(prompt(0, 1), 16);
            Sequence second = batch.open(prompt(2, 8), 16);
            batch.prefill(first, 1, Wanted.NONE);
            batch.prefill(second, 6, Wanted.NONE);
            for (int step = 0; step < 3; step++) {
                Tensor logits = batch.decode(List.of(second, first), new long[] {IDS[8 + step], IDS[1 + step]});
                assertThat(floats(logits, 0)).containsExactly(reference(3, 2, 9 + step), within(TOLERANCE));
                assertThat(floats(logits, 1)).containsExactly(reference(3, 0, 2 + step), within(TOLERANCE));
            }
        }
    }
}
