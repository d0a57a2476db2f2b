package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.BiasedSoftmaxRouter;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.ExpertWeights;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.FeedForwardByKind;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Experts for text multiply by their numbers, from 1 on, those for other tokens by their numbers and -1. */
class FeedForwardByKindTest {
    /** Float32 sums of a few numbers around 1, in another order. */
    private static final float TOLERANCE = 1e-4f;

    private static final int EXPERTS = 5;
    private static final int PER_TOKEN = 2;
    private static final String BIASES = "layers.0.mlp.moe_statics.e_score_correction_bias";

    private static final long[] IDS = {3, 9, 4, 4, 11, 0, 7, 9};
    private static final int[] KINDS = {0, 1, 1, 0, 1, 0, 0, 0};

    @TempDir
    Path folder;

    private final TinyText tiny = new TinyText();

    private record Multiplying(float sign) implements ExpertWeights {
        @Override
        public Experts open(LayerGraph graph) {
            Ops ops = graph.ops();
            return new Experts(
                    (expert, x) -> ops.mul(x, ops.graph().scalar(sign * (expert + 1))), x -> x, (expert, x) -> x);
        }

        @Override
        public long weights() {
            return 1;
        }
    }

    /** A network that cannot be computed. */
    private record Broken() implements FeedForward {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            return graph.ops().gather(x, graph.ops().graph().constant(TinyText.HIDDEN), 1);
        }

        @Override
        public long weights() {
            return 1;
        }
    }

    private record Alone(FeedForward network) implements DecoderLayer {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            return network.apply(graph, x);
        }

        @Override
        public List<LayerState> states(int layer) {
            return List.of();
        }

        @Override
        public List<StepInput> inputs() {
            return network.inputs();
        }

        @Override
        public long weights() {
            return network.weights();
        }
    }

    FeedForwardByKindTest() {
        tiny.weight(gate(0), TinyText.HIDDEN, EXPERTS);
        tiny.weight(gate(1), TinyText.HIDDEN, EXPERTS);
        tiny.weight(BIASES, 2, EXPERTS);
    }

    private static String gate(int kind) {
        return "layers.0.mlp.gate.weight" + (kind == 0 ? "" : "_1");
    }

    private static FeedForward experts(int kind) {
        String weight = gate(kind).substring("layers.0.mlp.gate.".length());
        return new MixtureOfExperts(
                new BiasedSoftmaxRouter(EXPERTS, PER_TOKEN, 0.3f, weight, kind, 2),
                new Multiplying(kind == 0 ? 1 : -1));
    }

    private TextDecoder open(FeedForward text, FeedForward other) {
        return tiny.open(folder, TinyText.model(new Alone(new FeedForwardByKind(text, other))), 1);
    }

    private float[] expected(long id, int kind) {
        float[] x = tiny.embedding((int) id);
        float[] gate = tiny.values(gate(kind));
        double[] powers = new double[EXPERTS];
        for (int expert = 0; expert < EXPERTS; expert++) {
            double score = 0;
            for (int i = 0; i < x.length; i++) {
                score += x[i] * gate[i * EXPERTS + expert];
            }
            powers[expert] = Math.exp(score);
        }
        double all = Arrays.stream(powers).sum();
        float[] biases = tiny.values(BIASES);
        int[] chosen = IntStream.range(0, EXPERTS)
                .boxed()
                .sorted(Comparator.comparing(expert -> -powers[expert] / all - biases[kind * EXPERTS + expert]))
                .limit(PER_TOKEN)
                .mapToInt(expert -> expert)
                .toArray();
        double sum = 0;
        double factor = 0;
        for (int expert : chosen) {
            sum += powers[expert] / all;
            factor += powers[expert] / all * (expert + 1);
        }
        double by = factor / Math.max(sum, 0.3) * (kind == 0 ? 1 : -1);
        return tiny.logits(
                IntStream.range(0, x.length).mapToDouble(i -> x[i] * by).toArray());
    }

    private static float[] row(Tensor logits, int row) {
        float[] values = new float[TinyText.VOCABULARY];
        logits.floats().get(row * TinyText.VOCABULARY, values);
        return values;
    }

    /** In chunks that have tokens of both kinds, of one alone, or one token. */
    @ParameterizedTest
    @ValueSource(ints = {8, 3, 2, 1})
    void everyToken_hasTheExpertsOfItsKind(int chunk) {
        Prompt prompt = Prompt.builder(IDS).kinds(KINDS).build();
        try (TextDecoder decoder = open(experts(0), experts(1));
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(prompt, IDS.length + 1);
            for (int from = 0; from < IDS.length; from += chunk) {
                int tokens = Math.min(chunk, IDS.length - from);
                Tensor logits = batch.prefill(sequence, tokens, Wanted.ALL);
                for (int i = 0; i < tokens; i++) {
                    assertThat(row(logits, i))
                            .as("token %d", from + i)
                            .containsExactly(expected(IDS[from + i], KINDS[from + i]), within(TOLERANCE));
                }
            }
            Sequence other = batch.open(Prompt.inOrder(new long[] {3}, List.of()), 3);
            batch.prefill(other, 1, Wanted.NONE);
            Tensor both = batch.decode(List.of(sequence, other), new long[] {4, 9});
            assertThat(row(both, 0)).containsExactly(expected(4, 0), within(TOLERANCE));
            assertThat(row(both, 1)).containsExactly(expected(9, 0), within(TOLERANCE));
        }
    }

    @Test
    void networkWithoutTokens_isNotComputed() {
        try (TextDecoder decoder = open(experts(0), new Broken());
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(Prompt.builder(7, 9).kinds(0, 1).build(), 4);
            assertThat(row(batch.prefill(sequence, 1, Wanted.LAST), 0))
                    .containsExactly(expected(7, 0), within(TOLERANCE));
            assertThatThrownBy(() -> batch.prefill(sequence, 1, Wanted.LAST))
                    .hasMessageContaining("out of data bounds");
        }
        try (TextDecoder decoder = open(new Broken(), experts(1));
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(Prompt.builder(7).kinds(1).build(), 4);
            assertThat(row(batch.prefill(sequence, 1, Wanted.LAST), 0))
                    .containsExactly(expected(7, 1), within(TOLERANCE));
            assertThatThrownBy(() -> batch.decode(List.of(sequence), new long[] {3}))
                    .hasMessageContaining("out of data bounds");
        }
    }
}
