package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.GatedDeltaNet;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Linear attention against the recurrence computed in the plainest way, in doubles. */
class GatedDeltaNetTest {
    /** Float32 sums of a few numbers around 1, in another order. */
    private static final float TOLERANCE = 1e-4f;

    private static final String LAYER = "layers.0.linear_attn.";

    private static final GatedDeltaNet SMALL = new GatedDeltaNet(2, 4, 4, 3, 4, new RmsNorm(1e-6));
    /** ONNX Runtime takes another path for a head's matrix from 4096 elements on. */
    private static final GatedDeltaNet LARGE = new GatedDeltaNet(1, 2, 64, 64, 2, new RmsNorm(1e-6));

    @TempDir
    Path folder;

    private final TinyText tiny = new TinyText();

    /** The mixer alone, added to the hidden states. */
    private record Layer(GatedDeltaNet mixer) implements DecoderLayer {
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

    static List<GatedDeltaNet> mixers() {
        return List.of(SMALL, LARGE);
    }

    private TextDecoder open(GatedDeltaNet mixer) {
        weights(0, mixer);
        return tiny.open(folder, TinyText.model(new Layer(mixer)), 1);
    }

    private void weights(int layer, GatedDeltaNet mixer) {
        String at = "layers." + layer + ".linear_attn.";
        int keys = mixer.keyHeads() * mixer.keySize();
        int values = mixer.valueHeads() * mixer.valueSize();
        tiny.weight(at + "in_proj_qkv.weight", 2L * keys + values, TinyText.HIDDEN);
        tiny.weight(at + "in_proj_z.weight", values, TinyText.HIDDEN);
        tiny.weight(at + "in_proj_b.weight", mixer.valueHeads(), TinyText.HIDDEN);
        tiny.weight(at + "in_proj_a.weight", mixer.valueHeads(), TinyText.HIDDEN);
        tiny.weight(at + "conv1d.weight", 2L * keys + values, 1, mixer.kernel());
        tiny.weight(at + "A_log", mixer.valueHeads());
        tiny.weight(at + "dt_bias", mixer.valueHeads());
        tiny.weight(at + "norm.weight", mixer.valueSize());
        tiny.weight(at + "out_proj.weight", TinyText.HIDDEN, values);
    }

    // ---- the recurrence

    private static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    private static double[] l2Normalised(double[] x) {
        double length = Math.sqrt(dot(x, x) + 1e-6);
        return Arrays.stream(x).map(value -> value / length).toArray();
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    private static double[] part(double[] x, int index, int size) {
        return Arrays.copyOfRange(x, index * size, (index + 1) * size);
    }

    private double[] embedding(long id) {
        float[] row = tiny.embedding((int) id);
        return IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray();
    }

    /** After the convolution: queries, keys and values of a token. */
    private double[] convolved(GatedDeltaNet mixer, long[] ids, int token) {
        float[] weight = tiny.values(LAYER + "conv1d.weight");
        double[] sums = new double[weight.length / mixer.kernel()];
        for (int back = 0; back < mixer.kernel() && back <= token; back++) {
            double[] column = tiny.product(LAYER + "in_proj_qkv.weight", embedding(ids[token - back]));
            for (int channel = 0; channel < sums.length; channel++) {
                sums[channel] += column[channel] * weight[(channel + 1) * mixer.kernel() - 1 - back];
            }
        }
        return Arrays.stream(sums).map(GatedDeltaNetTest::silu).toArray();
    }

    /** The logits after the last of these tokens. */
    private float[] reference(GatedDeltaNet mixer, long... ids) {
        int keys = mixer.keyHeads() * mixer.keySize();
        double[] answers = new double[mixer.valueHeads() * mixer.valueSize()];
        for (int head = 0; head < mixer.valueHeads(); head++) {
            int keyHead = head * mixer.keyHeads() / mixer.valueHeads();
            double[][] says = new double[mixer.valueSize()][mixer.keySize()];
            double[] answer = new double[mixer.valueSize()];
            for (int token = 0; token < ids.length; token++) {
                double[] x = embedding(ids[token]);
                double[] mixed = convolved(mixer, ids, token);
                double[] query = l2Normalised(part(mixed, keyHead, mixer.keySize()));
                double[] key = l2Normalised(part(mixed, mixer.keyHeads() + keyHead, mixer.keySize()));
                double[] value = part(Arrays.copyOfRange(mixed, 2 * keys, mixed.length), head, mixer.valueSize());
                double kept = Math.exp(-Math.exp(tiny.values(LAYER + "A_log")[head])
                        * Math.log1p(Math.exp(tiny.product(LAYER + "in_proj_a.weight", x)[head]
                                + tiny.values(LAYER + "dt_bias")[head])));
                double rate = 1 / (1 + Math.exp(-tiny.product(LAYER + "in_proj_b.weight", x)[head]));
                for (int i = 0; i < says.length; i++) {
                    double[] row = says[i];
                    Arrays.setAll(row, j -> row[j] * kept);
                    double change = rate * (value[i] - dot(row, key));
                    Arrays.setAll(row, j -> row[j] + change * key[j]);
                    answer[i] = dot(row, query) / Math.sqrt(mixer.keySize());
                }
            }
            double scale = 1 / Math.sqrt(dot(answer, answer) / answer.length + 1e-6);
            for (int i = 0; i < answer.length; i++) {
                answers[head * answer.length + i] = answer[i] * scale * tiny.values(LAYER + "norm.weight")[i];
            }
        }
        double[] last = embedding(ids[ids.length - 1]);
        double[] gate = tiny.product(LAYER + "in_proj_z.weight", last);
        Arrays.setAll(answers, i -> answers[i] * silu(gate[i]));
        double[] out = tiny.product(LAYER + "out_proj.weight", answers);
        return tiny.logits(IntStream.range(0, out.length)
                .mapToDouble(i -> last[i] + out[i])
                .toArray());
    }

    // ---- against the graph

    private static final long[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};

    private static Prompt prompt(int from, int to) {
        return Prompt.inOrder(Arrays.copyOfRange(IDS, from, to), List.of());
    }

    private float[] reference(GatedDeltaNet mixer, int from, int to) {
        return reference(mixer, Arrays.copyOfRange(IDS, from, to));
    }

    private static float[] floats(Tensor logits, int row) {
        float[] values = new float[TinyText.VOCABULARY];
        logits.floats().get(row * values.length, values);
        return values;
    }

    private static float[] read(SequenceBatch batch, Sequence sequence) {
        return floats(batch.prefill(sequence, sequence.prompt().length() - sequence.length(), Wanted.LAST), 0);
    }

    @ParameterizedTest
    @MethodSource("mixers")
    void onePass_chunks_andSingleSteps_areTheRecurrence(GatedDeltaNet mixer) {
        try (TextDecoder decoder = open(mixer);
                SequenceBatch batch = decoder.newBatch()) {
            for (int chunk : new int[] {IDS.length, 7, 3, 2, 1}) {
                Sequence sequence = batch.open(prompt(0, IDS.length), IDS.length);
                while (sequence.length() < IDS.length) {
                    int tokens = Math.min(chunk, IDS.length - sequence.length());
                    Tensor logits = batch.prefill(sequence, tokens, Wanted.LAST);
                    assertThat(floats(logits, 0))
                            .as("%s tokens, in chunks of %s", sequence.length(), chunk)
                            .containsExactly(reference(mixer, 0, sequence.length()), within(TOLERANCE));
                }
                batch.remove(sequence);
            }
            Sequence decoded = batch.open(prompt(0, 1), IDS.length);
            read(batch, decoded);
            for (int token = 1; token < IDS.length; token++) {
                assertThat(floats(batch.decode(List.of(decoded), new long[] {IDS[token]}), 0))
                        .as("token %s", token)
                        .containsExactly(reference(mixer, 0, token + 1), within(TOLERANCE));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("mixers")
    void sequencesOfDifferentLengths_decodeTogether_whileAPromptIsRead(GatedDeltaNet mixer) {
        try (TextDecoder decoder = open(mixer);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence first = batch.open(prompt(0, 2), 16);
            Sequence waiting = batch.open(prompt(5, 12), 16);
            Sequence second = batch.open(prompt(3, 11), 16);
            read(batch, first);
            read(batch, second);
            for (int step = 0; step < 3; step++) {
                batch.prefill(waiting, 2, Wanted.NONE);
                Tensor logits = batch.decode(List.of(second, first), new long[] {IDS[11 + step], IDS[2 + step]});
                assertThat(floats(logits, 0)).containsExactly(reference(mixer, 3, 12 + step), within(TOLERANCE));
                assertThat(floats(logits, 1)).containsExactly(reference(mixer, 0, 3 + step), within(TOLERANCE));
            }
            assertThat(read(batch, waiting)).containsExactly(reference(mixer, 5, 12), within(TOLERANCE));
        }
    }

    @Test
    void anotherTurn_goesOnFromTheEndOrFromThePromptsEnd_asIfReadAnew() {
        try (TextDecoder decoder = open(SMALL);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence before = batch.open(prompt(0, 5), 32);
            read(batch, before);
            batch.decode(List.of(before), new long[] {IDS[5]});
            batch.decode(List.of(before), new long[] {IDS[6]});

            assertThat(batch.shared(before, prompt(0, 12))).isEqualTo(7);
            Sequence on = batch.fork(before, 7, prompt(0, 12), 16);
            assertThat(read(batch, on)).containsExactly(reference(SMALL, 0, 12), within(TOLERANCE));

            long[] otherAnswer = {3, 1, 4, 1, 5, 15, 14};
            Prompt other = Prompt.inOrder(otherAnswer, List.of());
            assertThat(batch.shared(before, other)).isEqualTo(5);
            Sequence again = batch.replace(before, 5, other, 16);
            assertThat(read(batch, again)).containsExactly(reference(SMALL, otherAnswer), within(TOLERANCE));
        }
    }

    @Test
    void layersInPartsOfAModel_areWhatTheyAreInOne() {
        weights(0, SMALL);
        weights(1, SMALL);
        float[][] answers = new float[3][];
        for (int parts = 1; parts <= 2; parts++) {
            try (TextDecoder decoder = tiny.open(folder, TinyText.model(new Layer(SMALL), new Layer(SMALL)), parts);
                    SequenceBatch batch = decoder.newBatch()) {
                Sequence sequence = batch.open(prompt(0, 5), 16);
                batch.prefill(sequence, 2, Wanted.NONE);
                read(batch, sequence);
                answers[parts] = floats(batch.decode(List.of(sequence), new long[] {7}), 0);
            }
        }
        assertThat(answers[2]).containsExactly(answers[1], within(TOLERANCE));
    }

    @Test
    void whatIsKept_doesNotGrowWithTheSequence() {
        try (TextDecoder decoder = open(SMALL);
                SequenceBatch batch = decoder.newBatch()) {
            batch.open(prompt(0, 2), 4);
            long bytes = batch.bytes();
            assertThat(bytes).isEqualTo(Float.BYTES * ((2 * 8 + 12) * 3L + 4 * 4 * 3));
            batch.open(prompt(0, 2), TinyText.CONTEXT);
            assertThat(batch.bytes()).isEqualTo(2 * bytes);
        }
    }
}
