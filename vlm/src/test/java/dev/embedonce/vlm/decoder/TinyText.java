package dev.embedonce.vlm.decoder;

import dev.embedonce.codec.Safetensors;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TextModel.Injection;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** A language model of a few channels whose layers a test makes up, with random weights. */
final class TinyText {
    static final int HIDDEN = 8;
    static final int VOCABULARY = 16;
    static final int CONTEXT = 512;

    private static final List<NameLayout> NAMES = List.of(name -> name);

    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final Random random = new Random(7);

    TinyText() {
        weight("embed_tokens.weight", VOCABULARY, HIDDEN);
        ones("norm.weight");
    }

    /** Adds a random weight. */
    void weight(String name, long... shape) {
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        weights.put(name, Tensor.ofFloats(values, shape));
    }

    private Tensor held(String name) {
        return Objects.requireNonNull(weights.get(name), name);
    }

    /** Adds a norm's weight that changes nothing. */
    void ones(String name) {
        float[] ones = new float[HIDDEN];
        Arrays.fill(ones, 1);
        weights.put(name, Tensor.ofFloats(ones, HIDDEN));
    }

    /** {@code weight * x} of a matrix. */
    double[] product(String name, double[] x) {
        float[] weight = values(name);
        double[] product = new double[weight.length / x.length];
        for (int i = 0; i < weight.length; i++) {
            product[i / x.length] += weight[i] * x[i % x.length];
        }
        return product;
    }

    /** The numbers of a weight. */
    float[] values(String name) {
        FloatBuffer values = held(name).floats();
        float[] copy = new float[values.remaining()];
        values.get(copy);
        return copy;
    }

    /** RMSNorm with weights of one. */
    static double[] normed(double[] x) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double scale = 1 / Math.sqrt(squares / HIDDEN + 1e-6);
        return Arrays.stream(x).map(value -> value * scale).toArray();
    }

    /** The embedding of a token. */
    float[] embedding(int id) {
        float[] row = new float[HIDDEN];
        held("embed_tokens.weight").floats().get(id * HIDDEN, row);
        return row;
    }

    /** A row of a weight. */
    double[] row(String name, int row) {
        double[] values = new double[HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            values[i] = held(name).floats().get(row * HIDDEN + i);
        }
        return values;
    }

    static TextModel model(List<DecoderLayer> layers, Set<Injection> injections, float embeddingScale) {
        return new TextModel(
                HIDDEN,
                VOCABULARY,
                CONTEXT,
                new Embedding(embeddingScale, 0),
                layers,
                injections,
                new RmsNorm(1e-6),
                Head.plain(true));
    }

    static TextModel model(DecoderLayer... layers) {
        return model(List.of(layers), Set.of(), 1);
    }

    /** Opens a model over the weights, in some parts. */
    TextDecoder open(Path folder, TextModel model, int parts) {
        return open(folder, Goldens.OPTIONS, model, parts);
    }

    TextDecoder open(Path folder, FamilyOptions options, TextModel model, int parts) {
        try {
            Files.createDirectories(folder);
            try (WritableByteChannel out = Files.newByteChannel(
                    folder.resolve("model.safetensors"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                for (ByteBuffer part : Safetensors.file(weights, Map.of())) {
                    out.write(part);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return TextDecoder.open(FamilyFiles.of(folder), options, NAMES, model, parts);
    }

    /** The logits of hidden states after the last layer. */
    float[] logits(double... hidden) {
        double[] normed = normed(hidden);
        float[] logits = new float[VOCABULARY];
        for (int id = 0; id < VOCABULARY; id++) {
            float[] row = embedding(id);
            double sum = 0;
            for (int i = 0; i < HIDDEN; i++) {
                sum += row[i] * normed[i];
            }
            logits[id] = (float) sum;
        }
        return logits;
    }
}
