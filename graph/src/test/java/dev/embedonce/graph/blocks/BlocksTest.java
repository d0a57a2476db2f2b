package dev.embedonce.graph.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Graphs;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.SafetensorsFile;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The blocks against the formulas they stand for; whole models are compared with transformers in the encoder module.
 */
class BlocksTest {
    /** float32 against double. */
    private static final Offset<Float> FLOAT = within(2e-6f);

    private static final float[] POINTS = {-6, -2.5f, -1, -0.1f, 0, 0.1f, 1, 2.5f, 6};

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activation_isItsFormula(Activation activation) {
        DoubleUnaryOperator formula = switch (activation) {
            case GELU -> v -> v * normalDistribution(v);
            case GELU_TANH -> v -> v / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
            case QUICK_GELU -> v -> v / (1 + Math.exp(-1.702 * v));
            case SILU -> v -> v / (1 + Math.exp(-v));
            case RELU -> v -> Math.max(0, v);
            case TANH -> Math::tanh;
        };

        float[] y = Graphs.run(activation::apply, Tensor.ofFloats(POINTS));

        for (int i = 0; i < POINTS.length; i++) {
            assertThat(y[i]).as("at %s", POINTS[i]).isEqualTo((float) formula.applyAsDouble(POINTS[i]), FLOAT);
        }
    }

    /** By Simpson's rule, from 0. */
    private static double normalDistribution(double v) {
        int steps = 2000;
        double width = v / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.exp(-0.5 * (i * width) * (i * width));
        }
        return 0.5 + sum * width / 3 / Math.sqrt(2 * Math.PI);
    }

    @Test
    void activation_unknownName_isNone() {
        assertThat(Activation.ofName("gelu_10")).isEmpty();
        assertThat(Activation.ofName("gelu_new")).contains(Activation.GELU_TANH);
    }

    @Test
    void norms_areTheirFormulas() {
        Weights weights = Checkpoint.openFile(new SafetensorsFile()
                .floats("n.weight", "[3]", 2, 1, 0.5f)
                .floats("n.bias", "[3]", 1, 0, -1)
                .write(folder.resolve("n.safetensors")));
        Tensor x = Tensor.ofFloats(new float[] {1, 2, 6}, 1, 3);

        // mean 3, variance 14/3, mean square 41/3
        double deviation = Math.sqrt(14.0 / 3 + 1e-5);
        assertThat(runScope(weights, x, NumericMode.FLOAT32, s -> v -> Norm.layer(s.at("n"), v, 3, 1e-5)))
                .containsExactly(
                        new float[] {
                            (float) (-4 / deviation + 1), (float) (-1 / deviation), (float) (1.5 / deviation - 1)
                        },
                        FLOAT);
        double size = Math.sqrt(41.0 / 3 + 1e-6);
        assertThat(runScope(weights, x, NumericMode.FLOAT32, s -> v -> Norm.rms(s.at("n"), v, 3, 1e-6)))
                .containsExactly(new float[] {(float) (2 / size), (float) (2 / size), (float) (3 / size)}, FLOAT);
        assertThat(Graphs.run((ops, v) -> Norm.rms(ops, v, 3, 1e-6), x))
                .containsExactly(new float[] {(float) (1 / size), (float) (2 / size), (float) (6 / size)}, FLOAT);
    }

    @Test
    void l2Normalize_zeroVector_staysZero() {
        assertThat(Graphs.run((ops, x) -> ops.l2Normalize(x), Tensor.ofFloats(new float[] {3, 4, 0, 0}, 2, 2)))
                .containsExactly(new float[] {0.6f, 0.8f, 0, 0}, FLOAT);
    }

    @ParameterizedTest
    @EnumSource(PositionTable.class)
    void positionTable_trainedSize_isTheTableItselfBitForBit(PositionTable table) {
        Random random = new Random(5);
        float[] values = new float[9 * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        float[] y = Graphs.run(
                (ops, x) -> table.resize(ops, x, 3, 4, ops.graph().constant(3, 3)), Tensor.ofFloats(values, 9, 4));

        assertThat(y).containsExactly(values);
    }

    @Test
    void attention_causal_seesNothingLater() {
        Random random = new Random(6);
        float[] values = new float[4 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        float[] changed = values.clone();
        changed[3 * 8] += 1;
        float[] before = causal(values);
        float[] after = causal(changed);

        assertThat(Arrays.copyOf(after, 24)).containsExactly(Arrays.copyOf(before, 24));
        assertThat(after[24]).isNotEqualTo(before[24]);
        // the first token sees only itself
        assertThat(Arrays.copyOf(before, 8)).containsExactly(Arrays.copyOf(values, 8), FLOAT);
    }

    /** Normalised queries and keys forget how large they were; others do not. */
    @Test
    void attention_qkNorm_forgetsHowLargeQueriesAndKeysAre() {
        float[] normed = attention(1, true);

        assertThat(attention(3, true)).containsExactly(normed, FLOAT);
        assertThat(relativeRms(attention(1, false), normed)).isGreaterThan(0.01);
        assertThat(relativeRms(attention(3, false), attention(1, false))).isGreaterThan(0.01);
    }

    /** Two heads of eight channels over four tokens; queries and keys are {@code times} what they would be. */
    private float[] attention(float times, boolean qkNorm) {
        Weights weights = Checkpoint.openFile(new SafetensorsFile()
                .floats("a.qk.weight", "[16,16]", gaussians(times))
                .floats("a.vo.weight", "[16,16]", gaussians(1))
                .floats("a.q_norm.weight", "[8]", 1, 2, 1, 0.5f, 1, 3, 1, 1)
                .floats("a.k_norm.weight", "[8]", 1, 1, 2, 1, 0.5f, 1, 1, 1)
                .write(folder.resolve("a.safetensors")));
        return runScope(weights, ramp(4, 16), NumericMode.FLOAT32, scope -> x -> {
            Scope a = scope.at("a");
            Linear queries = Linear.of(a.at("qk"), 16, 16, false);
            Linear values = Linear.of(a.at("vo"), 16, 16, false);
            SelfAttention attention = new SelfAttention(queries, queries, values, values, 2);
            if (qkNorm) {
                attention.qkNorm(a, 1e-12);
            }
            return attention.apply(x, TokenShape.of(scope.ops(), scope.ops().reshape(x, 1, 4, 16)));
        });
    }

    /** A picture that hides its last two of four tokens is, as far as it is shown, a picture of two tokens. */
    @Test
    void attention_partlyShown_isThatOfThePicturesWithoutWhatTheyHide() {
        float[] two = gaussians(1);
        Tensor pictures = Tensor.ofFloats(Arrays.copyOf(two, 2 * 4 * 8), 2, 4, 8);
        float[] found = Graphs.run(
                (ops, x) -> new PartlyShown(
                                ops.graph().constant(1, 1),
                                ops.reshape(ops.graph().constant(0, 1), 1, 2))
                        .attend(ops, x, x, x, 2),
                pictures);

        assertThat(Arrays.copyOf(found, 4 * 8)).containsExactly(plain(Arrays.copyOf(two, 4 * 8), 4), FLOAT);
        assertThat(Arrays.copyOfRange(found, 4 * 8, 6 * 8))
                .containsExactly(plain(Arrays.copyOfRange(two, 4 * 8, 6 * 8), 2), FLOAT);
    }

    private static float[] plain(float[] values, int tokens) {
        return Graphs.run(
                (ops, x) -> ops.multiHeadAttention(x, x, x, 2, null, false), Tensor.ofFloats(values, 1, tokens, 8));
    }

    private static float[] gaussians(float times) {
        Random random = new Random(8);
        float[] values = new float[16 * 16];
        for (int i = 0; i < values.length; i++) {
            values[i] = times * (float) random.nextGaussian() / 4;
        }
        return values;
    }

    private static float[] causal(float[] values) {
        return Graphs.run((ops, x) -> ops.multiHeadAttention(x, x, x, 2, null, true), Tensor.ofFloats(values, 1, 4, 8));
    }

    @ParameterizedTest
    @EnumSource(NumericMode.class)
    void linear_rowsOfAMatrix_giveTheirPartOfTheWhole(NumericMode mode) {
        Weights weights = matrix(6, 40);
        Tensor x = ramp(3, 40);
        float[] whole = runScope(
                weights, x, mode, s -> v -> Linear.of(s.at("fc"), 40, 6, true).apply(v));
        float[] part = runScope(
                weights,
                x,
                mode,
                s -> v -> Linear.of(s.at("fc"), 40, 6, true).rows(2, 3).apply(v));

        for (int row = 0; row < 3; row++) {
            for (int i = 0; i < 3; i++) {
                assertThat(part[row * 3 + i]).isEqualTo(whole[row * 6 + 2 + i], FLOAT);
            }
        }
    }

    @Test
    void linear_quantised_isAsCloseAsItsReportSays() {
        Weights weights = matrix(16, 100);
        Tensor x = ramp(4, 100);
        float[] exact = runScope(
                weights,
                x,
                NumericMode.FLOAT32,
                s -> v -> Linear.of(s.at("fc"), 100, 16, true).apply(v));
        for (NumericMode mode : List.of(NumericMode.INT8, NumericMode.INT4)) {
            GraphBuilder graph = new GraphBuilder();
            Scope scope = Scope.root(graph, parameters(weights), mode);
            Value in = graph.input("x", TensorType.F32, Dim.free("n"), Dim.of(100));
            graph.output("y", Linear.of(scope.at("fc"), 100, 16, true).apply(in));
            float[] y = Graphs.run(graph.build(), x, SessionOptions.DEFAULT);

            QuantizationError error = scope.quantizationErrors().get(0);
            assertThat(error.tensor()).isEqualTo("fc.weight");
            assertThat(error.mode()).isEqualTo(mode);
            // uniform rounding: a step over the root of 12, the step a 127th or 8th of a block's largest of 32
            // Gaussians
            double expected = mode == NumericMode.INT8 ? 0.005 : 0.08;
            assertThat(error.relativeRms()).isBetween(expected / 2, expected * 2);
            assertThat(error.maxAbsolute()).isLessThan(mode == NumericMode.INT8 ? 0.02 : 0.35);
            assertThat(relativeRms(y, exact)).isBetween(1e-4, 2.5 * expected);
        }
    }

    @Test
    void quantizer_valuesOnTheGrid_areKeptExactly() {
        float[] weights = new float[32];
        for (int i = 0; i < 32; i++) {
            weights[i] = (i % 16 - 8) * 0.25f;
        }
        BlockQuantizer quantizer = BlockQuantizer.of(NumericMode.INT4);
        ByteBuffer codes = BlockQuantizer.direct(16);
        ByteBuffer scales = BlockQuantizer.direct(Float.BYTES);
        quantizer.add(weights, 1, 32, codes, scales);

        assertThat(quantizer.relativeRms()).isZero();
        assertThat(scales.getFloat(0)).isEqualTo(0.25f);
        // weights -2.0 and -1.75 are codes 0 and 1, the first in the low half
        assertThat(codes.get(0)).isEqualTo((byte) 0x10);
    }

    @Test
    void parameters_wrongShape_namesTensorExpectedAndFound() {
        Parameters parameters = parameters(matrix(6, 40));

        assertThatThrownBy(() -> parameters.require("fc.weight", 6, 41))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("tensor fc.weight: expected shape [6, 41] by config.json, found [6, 40]");
        assertThatThrownBy(() -> parameters.require("fc.scale", 6))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("tensor fc.scale is missing");
        assertThat(parameters.read()).isEmpty();
    }

    @Test
    void parameters_wrongType_isRefused() {
        Weights weights = Checkpoint.openFile(new SafetensorsFile()
                .tensor("ids", "I64", "[1]", new byte[8])
                .write(folder.resolve("ids.safetensors")));

        assertThatThrownBy(() -> Parameters.resolve(weights, List.of(NameLayout.canonical()), "ids")
                        .require("ids", 1))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("tensor ids: expected dtype F32, F16 or BF16, found I64");
    }

    @Test
    void parameters_noLayoutFits_saysWhatWasLookedFor() {
        assertThatThrownBy(() -> Parameters.resolve(
                        matrix(6, 40),
                        List.of(NameLayout.canonical(), NameLayout.prefixed("vit.")),
                        "fc.weight",
                        "cls_token"))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("tensor cls_token is missing; looked for cls_token, vit.cls_token");
    }

    private Weights matrix(int rows, int columns) {
        Random random = new Random(7);
        float[] weight = new float[rows * columns];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) random.nextGaussian();
        }
        float[] bias = new float[rows];
        for (int i = 0; i < rows; i++) {
            bias[i] = i;
        }
        return Checkpoint.openFile(new SafetensorsFile()
                .floats("fc.weight", "[" + rows + "," + columns + "]", weight)
                .floats("fc.bias", "[" + rows + "]", bias)
                .write(folder.resolve("m.safetensors")));
    }

    private static Tensor ramp(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.7);
        }
        return Tensor.ofFloats(values, rows, columns);
    }

    private static Parameters parameters(Weights weights) {
        return Parameters.resolve(weights, List.of(NameLayout.canonical()));
    }

    private static double relativeRms(float[] actual, float[] expected) {
        double error = 0;
        double size = 0;
        for (int i = 0; i < actual.length; i++) {
            error += Math.pow((double) actual[i] - expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        return Math.sqrt(error / size);
    }

    private interface Body {
        UnaryOperator<Value> of(Scope scope);
    }

    private static float[] runScope(Weights weights, Tensor x, NumericMode mode, Body body) {
        GraphBuilder graph = new GraphBuilder();
        Scope scope = Scope.root(graph, parameters(weights), mode);
        Value in = graph.input("x", TensorType.F32, Dim.free("n"), Dim.of(x.dim(1)));
        graph.output("y", body.of(scope).apply(in));
        return Graphs.run(graph.build(), x, SessionOptions.DEFAULT);
    }
}
