package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.graph.blocks.LinearWeights;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.ExpertWeights;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.SoftmaxRouter;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Experts that multiply by their numbers, from 1 on. */
class MixtureOfExpertsTest {
    /** Float32 sums of a few numbers around 1, in another order. */
    private static final float TOLERANCE = 1e-4f;

    private static final int EXPERTS = 5;
    private static final int PER_TOKEN = 2;

    @TempDir
    Path folder;

    private final TinyText tiny = new TinyText();

    /** @param broken experts that cannot be computed but of no rows */
    private record Multiplying(Set<Integer> broken) implements ExpertWeights {
        @Override
        public Experts open(LayerGraph graph) {
            Ops ops = graph.ops();
            return new Experts(
                    (expert, x) -> broken.contains(expert)
                            ? ops.gather(x, ops.add(ops.range(ops.squeeze(ops.dim(x, 0), 0)), ops.dim(x, 0)), 0)
                            : ops.mul(x, ops.graph().scalar(expert + 1f)),
                    x -> ops.mul(x, ops.graph().scalar(2f)),
                    (expert, x) -> ops.mul(x, ops.graph().scalar(0.5f)));
        }

        @Override
        public long weights() {
            return 1;
        }
    }

    private record Alone(MixtureOfExperts experts) implements DecoderLayer {
        @Override
        public Value apply(LayerGraph graph, Value x) {
            return experts.apply(graph, x);
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
            return experts.weights();
        }
    }

    MixtureOfExpertsTest() {
        tiny.weight("layers.0.mlp.gate.weight", EXPERTS, TinyText.HIDDEN);
    }

    private TextDecoder open(boolean normalised, boolean widenAsUsed, Set<Integer> broken) {
        LinearWeights weights = new LinearWeights() {
            @Override
            public boolean widenAsUsed() {
                return widenAsUsed;
            }
        };
        FamilyOptions options = new FamilyOptions(
                Goldens.OPTIONS.towerMode(),
                Goldens.OPTIONS.languageMode(),
                weights,
                Goldens.OPTIONS.session(),
                Goldens.OPTIONS.pixels(),
                Goldens.OPTIONS.digester());
        return tiny.open(
                folder,
                options,
                TinyText.model(new Alone(new MixtureOfExperts(
                        new SoftmaxRouter(EXPERTS, PER_TOKEN, normalised), new Multiplying(broken)))),
                1);
    }

    private double[] probabilities(long id) {
        double[] scores = tiny.product("layers.0.mlp.gate.weight", times(id, 1));
        double[] powers = Arrays.stream(scores).map(Math::exp).toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(power -> power / sum).toArray();
    }

    private List<Integer> chosen(long id) {
        double[] probabilities = probabilities(id);
        return IntStream.range(0, EXPERTS)
                .boxed()
                .sorted(Comparator.comparing(expert -> -probabilities[expert]))
                .limit(PER_TOKEN)
                .toList();
    }

    private float[] expected(long id, boolean normalised) {
        double[] probabilities = probabilities(id);
        double all = 0;
        double factor = 0;
        for (int expert : chosen(id)) {
            all += probabilities[expert];
            factor += probabilities[expert] * (expert + 1);
        }
        double by = normalised ? factor / all : factor;
        return tiny.logits(times(id, by));
    }

    private double[] times(long id, double factor) {
        float[] x = tiny.embedding((int) id);
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] * factor).toArray();
    }

    private static float[] row(Tensor logits, int row) {
        float[] values = new float[TinyText.VOCABULARY];
        logits.floats().get(row * TinyText.VOCABULARY, values);
        return values;
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, false", "true, true"})
    void everyToken_isTheSumOfItsExperts(boolean normalised, boolean widenAsUsed) {
        long[] ids = LongStream.range(0, TinyText.VOCABULARY).toArray();
        try (TextDecoder decoder = open(normalised, widenAsUsed, Set.of());
                SequenceBatch batch = decoder.newBatch()) {
            Sequence one = batch.open(Prompt.inOrder(ids, List.of()), ids.length + 1);
            Tensor logits = batch.prefill(one, ids.length, Wanted.ALL);
            for (int i = 0; i < ids.length; i++) {
                assertThat(row(logits, i)).containsExactly(expected(i, normalised), within(TOLERANCE));
            }
            Sequence other = batch.open(Prompt.inOrder(new long[] {3}, List.of()), 3);
            batch.prefill(other, 1, Wanted.NONE);
            Tensor both = batch.decode(List.of(one, other), new long[] {4, 9});
            assertThat(row(both, 0)).containsExactly(expected(4, normalised), within(TOLERANCE));
            assertThat(row(both, 1)).containsExactly(expected(9, normalised), within(TOLERANCE));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void expertsThatNoTokenChose_areNotComputed(boolean widenAsUsed) {
        Set<Integer> broken = new TreeSet<>(IntStream.range(0, EXPERTS).boxed().toList());
        chosen(7).forEach(broken::remove);
        long other = LongStream.range(0, TinyText.VOCABULARY)
                .filter(id -> chosen(id).stream().anyMatch(broken::contains))
                .findFirst()
                .orElseThrow();
        try (TextDecoder decoder = open(true, widenAsUsed, broken);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(Prompt.inOrder(new long[] {7, 7}, List.of()), 4);
            assertThat(row(batch.prefill(sequence, 2, Wanted.LAST), 0))
                    .containsExactly(expected(7, true), within(TOLERANCE));
            assertThatThrownBy(() -> batch.decode(List.of(sequence), new long[] {other}))
                    .hasMessageContaining("out of data bounds");
        }
    }
}
