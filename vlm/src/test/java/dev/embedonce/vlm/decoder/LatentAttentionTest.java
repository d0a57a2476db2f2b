package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.LatentAttention;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.decoder.rope.Rotary;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Latent attention against keys and values expanded for every head, in doubles, as transformers computes it. */
class LatentAttentionTest {
    /** Float32 sums of a few numbers around 1, in another order. */
    private static final float TOLERANCE = 1e-4f;

    private static final String LAYER = "layers.0.self_attn.";
    private static final double THETA = 100;
    private static final int ROPE = 4;

    private static final LatentAttention PROJECTED = attention(0, 5, false);
    private static final LatentAttention OF_LATENTS = attention(6, 12, true);

    private static final long[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};

    @TempDir
    Path folder;

    private final TinyText tiny = new TinyText();

    private static LatentAttention attention(int queryRank, int latentSize, boolean bias) {
        RopeTables rope = new RopeTables("rope", Rotary.of(Rotary.frequencies(THETA, ROPE), 1), true);
        return new LatentAttention(3, queryRank, latentSize, 2, ROPE, 7, 0.3f, bias, new RmsNorm(1e-6), rope);
    }

    static List<LatentAttention> mixers() {
        return List.of(PROJECTED, OF_LATENTS);
    }

    /** The mixer alone, added to the hidden states. */
    private record Layer(LatentAttention mixer) implements DecoderLayer {
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

    private TextDecoder open(LatentAttention mixer, int layers) {
        for (int layer = 0; layer < layers; layer++) {
            weights("layers." + layer + ".self_attn.", mixer);
        }
        return tiny.open(
                folder,
                TinyText.model(IntStream.range(0, layers)
                        .mapToObj(layer -> new Layer(mixer))
                        .toArray(DecoderLayer[]::new)),
                layers);
    }

    private void weights(String at, LatentAttention mixer) {
        int queries = mixer.heads() * (mixer.keySize() + ROPE);
        if (mixer.queryRank() == 0) {
            tiny.weight(at + "q_proj.weight", queries, TinyText.HIDDEN);
        } else {
            tiny.weight(at + "q_a_proj.weight", mixer.queryRank(), TinyText.HIDDEN);
            tiny.weight(at + "q_a_proj.bias", mixer.queryRank());
            tiny.weight(at + "q_a_layernorm.weight", mixer.queryRank());
            tiny.weight(at + "q_b_proj.weight", queries, mixer.queryRank());
        }
        tiny.weight(at + "kv_a_proj_with_mqa.weight", mixer.latentSize() + ROPE, TinyText.HIDDEN);
        tiny.weight(at + "kv_a_proj_with_mqa.bias", mixer.latentSize() + ROPE);
        tiny.weight(at + "kv_a_layernorm.weight", mixer.latentSize());
        tiny.weight(
                at + "kv_b_proj.weight",
                (long) mixer.heads() * (mixer.keySize() + mixer.valueSize()),
                mixer.latentSize());
        tiny.weight(at + "o_proj.weight", TinyText.HIDDEN, (long) mixer.heads() * mixer.valueSize());
        tiny.weight(at + "o_proj.bias", TinyText.HIDDEN);
    }

    // ---- keys and values of every head

    private double[] linear(LatentAttention mixer, String name, double[] x) {
        double[] product = tiny.product(LAYER + name + ".weight", x);
        if (mixer.bias()) {
            float[] bias = tiny.values(LAYER + name + ".bias");
            Arrays.setAll(product, i -> product[i] + bias[i]);
        }
        return product;
    }

    private double[] normed(String name, double[] x) {
        float[] weight = tiny.values(LAYER + name + ".weight");
        double scale = 1 / Math.sqrt(dot(x, x) / x.length + 1e-6);
        return IntStream.range(0, x.length)
                .mapToDouble(i -> x[i] * scale * weight[i])
                .toArray();
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    /** Rotates neighbouring channels. */
    private static double[] rotated(double[] x, int position) {
        double[] turned = new double[ROPE];
        for (int pair = 0; pair < ROPE / 2; pair++) {
            double angle = position * Math.pow(THETA, -2.0 * pair / ROPE);
            turned[2 * pair] = x[2 * pair] * Math.cos(angle) - x[2 * pair + 1] * Math.sin(angle);
            turned[2 * pair + 1] = x[2 * pair + 1] * Math.cos(angle) + x[2 * pair] * Math.sin(angle);
        }
        return turned;
    }

    /** Channels without positions, then rotated ones. */
    private static double[] positioned(double[] plain, double[] rotary, int position) {
        return DoubleStream.concat(Arrays.stream(plain), Arrays.stream(rotated(rotary, position)))
                .toArray();
    }

    private double[] embedding(long id) {
        float[] row = tiny.embedding((int) id);
        return IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray();
    }

    private double[] query(LatentAttention mixer, double[] x, int head, int position) {
        double[] all = mixer.queryRank() == 0
                ? tiny.product(LAYER + "q_proj.weight", x)
                : tiny.product(LAYER + "q_b_proj.weight", normed("q_a_layernorm", linear(mixer, "q_a_proj", x)));
        int from = head * (mixer.keySize() + ROPE);
        int middle = from + mixer.keySize();
        return positioned(
                Arrays.copyOfRange(all, from, middle), Arrays.copyOfRange(all, middle, middle + ROPE), position);
    }

    /** The logits after the last of these tokens. */
    private float[] reference(LatentAttention mixer, long... ids) {
        double[] last = embedding(ids[ids.length - 1]);
        double[] answers = new double[mixer.heads() * mixer.valueSize()];
        for (int head = 0; head < mixer.heads(); head++) {
            double[] query = query(mixer, last, head, ids.length - 1);
            double sum = 0;
            double[] answer = new double[mixer.valueSize()];
            for (int token = 0; token < ids.length; token++) {
                double[] both = linear(mixer, "kv_a_proj_with_mqa", embedding(ids[token]));
                double[] latent = normed("kv_a_layernorm", Arrays.copyOf(both, mixer.latentSize()));
                double[] expanded = tiny.product(LAYER + "kv_b_proj.weight", latent);
                int from = head * (mixer.keySize() + mixer.valueSize());
                int middle = from + mixer.keySize();
                double[] key = positioned(
                        Arrays.copyOfRange(expanded, from, middle),
                        Arrays.copyOfRange(both, mixer.latentSize(), both.length),
                        token);
                double weight = Math.exp(mixer.scale() * dot(query, key));
                sum += weight;
                for (int i = 0; i < answer.length; i++) {
                    answer[i] += weight * expanded[middle + i];
                }
            }
            for (int i = 0; i < answer.length; i++) {
                answers[head * answer.length + i] = answer[i] / sum;
            }
        }
        double[] out = linear(mixer, "o_proj", answers);
        return tiny.logits(IntStream.range(0, out.length)
                .mapToDouble(i -> last[i] + out[i])
                .toArray());
    }

    // ---- against the graph

    private static Prompt prompt(int from, int to) {
        return Prompt.inOrder(Arrays.copyOfRange(IDS, from, to), List.of());
    }

    private float[] reference(LatentAttention mixer, int from, int to) {
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
    void chunks_andSingleSteps_areAttentionOfExpandedHeads(LatentAttention mixer) {
        try (TextDecoder decoder = open(mixer, 1);
                SequenceBatch batch = decoder.newBatch()) {
            for (int chunk : new int[] {IDS.length, 5, 1}) {
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
        }
    }

    @ParameterizedTest
    @MethodSource("mixers")
    void sequencesOfDifferentLengths_decodeTogether_andShareAPrefix(LatentAttention mixer) {
        try (TextDecoder decoder = open(mixer, 1);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence first = batch.open(prompt(0, 2), 16);
            Sequence second = batch.open(prompt(3, 11), 16);
            read(batch, first);
            read(batch, second);
            Tensor logits = batch.decode(List.of(second, first), new long[] {IDS[11], IDS[2]});
            assertThat(floats(logits, 0)).containsExactly(reference(mixer, 3, 12), within(TOLERANCE));
            assertThat(floats(logits, 1)).containsExactly(reference(mixer, 0, 3), within(TOLERANCE));

            long[] other = {IDS[3], IDS[4], IDS[5], 7, 7};
            Prompt begun = Prompt.inOrder(other, List.of());
            assertThat(batch.shared(second, begun)).isEqualTo(3);
            Sequence forked = batch.fork(second, 3, begun, 16);
            assertThat(read(batch, forked)).containsExactly(reference(mixer, other), within(TOLERANCE));
        }
    }

    @Test
    void layersInPartsOfAModel_areWhatTheyAreInOne() {
        float[][] answers = new float[2][];
        try (TextDecoder whole = open(PROJECTED, 2);
                TextDecoder parted = tiny.open(folder, TinyText.model(new Layer(PROJECTED), new Layer(PROJECTED)), 1)) {
            for (TextDecoder decoder : List.of(whole, parted)) {
                try (SequenceBatch batch = decoder.newBatch()) {
                    Sequence sequence = batch.open(prompt(0, 5), 16);
                    read(batch, sequence);
                    answers[decoder == whole ? 0 : 1] = floats(batch.decode(List.of(sequence), new long[] {7}), 0);
                }
            }
        }
        assertThat(answers[1]).containsExactly(answers[0], within(TOLERANCE));
    }

    @Test
    void onlyLatentsAndOneRotatedKey_areCached() {
        try (TextDecoder decoder = open(OF_LATENTS, 1);
                SequenceBatch batch = decoder.newBatch()) {
            batch.open(prompt(0, 2), 256);
            assertThat(batch.bytes()).isEqualTo((long) Float.BYTES * 256 * (12 + ROPE));
        }
    }
}
