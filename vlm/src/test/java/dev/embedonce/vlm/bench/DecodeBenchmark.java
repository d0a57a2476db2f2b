package dev.embedonce.vlm.bench;

import dev.embedonce.codec.Safetensors;
import dev.embedonce.graph.blocks.LinearWeights;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.GatedDeltaNet;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.LayerState;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.StepInput;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TokenMixer;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.Prompt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Times decode steps of gated delta nets and of attention in the sizes of Qwen3.5-0.8B, after 512 and after 8192 tokens
 * in turns. Not a test: run it by hand. {@code FOLDER [LAYERS [ROUNDS]]}: writes random weights into the folder.
 */
final class DecodeBenchmark {
    private static final int HIDDEN = 1024;
    private static final int VOCABULARY = 64;
    private static final int CHUNK = 512;
    private static final int FEW = 512;
    private static final int MANY = 8192;
    private static final int ROOM = 9000;

    private static final GatedDeltaNet LINEAR = new GatedDeltaNet(16, 16, 128, 128, 4, new RmsNorm(1e-6));
    private static final GroupedQueryAttention FULL = new GroupedQueryAttention(
            new GroupedHeads(8, 2, 256, 1 / 16f, 0, 0), false, false, null, null, false, true);

    private DecodeBenchmark() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        int layers = args.length > 1 ? Integer.parseInt(args[1]) : 6;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 51;
        write(folder.resolve("model.safetensors"), layers);
        time("gated delta net", folder, new Mixed(LINEAR), layers, rounds);
        time("attention", folder, new Mixed(FULL), layers, rounds);
    }

    /** A mixer alone, added to the hidden states. */
    private record Mixed(TokenMixer mixer) implements DecoderLayer {
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

    private static void time(String what, Path folder, DecoderLayer layer, int layers, int rounds) {
        FamilyOptions options = new FamilyOptions(
                NumericMode.FLOAT32,
                NumericMode.FLOAT32,
                LinearWeights.DEFAULT,
                SessionOptions.DEFAULT.withThreads(2),
                PixelOptions.defaults(),
                TensorDigester.reading());
        TextModel model = new TextModel(
                HIDDEN,
                VOCABULARY,
                ROOM,
                Embedding.PLAIN,
                Collections.nCopies(layers, layer),
                Set.of(),
                new RmsNorm(1e-6),
                Head.plain(true));
        List<NameLayout> names = List.of(NameLayout.canonical());
        try (TextDecoder decoder = TextDecoder.open(FamilyFiles.of(folder), options, names, model);
                SequenceBatch shorter = decoder.newBatch();
                SequenceBatch longer = decoder.newBatch()) {
            Sequence afterFew = prefilled(what, shorter, FEW);
            Sequence afterMany = prefilled(what, longer, MANY);
            List<Times> both = Times.alternately(
                    rounds, System::nanoTime, List.of(() -> step(shorter, afterFew), () -> step(longer, afterMany)));
            System.out.printf(
                    Locale.ROOT,
                    "%s: decode step after %d tokens %s ms, after %d tokens %s ms%n",
                    what,
                    FEW,
                    both.get(0),
                    MANY,
                    both.get(1));
        }
    }

    private static Sequence prefilled(String what, SequenceBatch batch, int tokens) {
        Sequence sequence = batch.open(Prompt.inOrder(new long[tokens], List.of()), ROOM);
        long start = System.nanoTime();
        while (sequence.length() < tokens) {
            batch.prefill(sequence, CHUNK, Wanted.NONE);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%s: prefill of %d tokens, %.0f a second%n", what, tokens, tokens / seconds);
        return sequence;
    }

    private static void step(SequenceBatch batch, Sequence sequence) {
        batch.decode(List.of(sequence), new long[] {7});
    }

    private static void write(Path file, int layers) throws IOException {
        Random random = new Random(1);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        put(weights, random, "embed_tokens.weight", VOCABULARY, HIDDEN);
        put(weights, random, "norm.weight", HIDDEN);
        int keys = LINEAR.keyHeads() * LINEAR.keySize();
        int values = LINEAR.valueHeads() * LINEAR.valueSize();
        int queries = FULL.heads().heads() * FULL.heads().size();
        int cached = FULL.heads().kvHeads() * FULL.heads().size();
        for (int layer = 0; layer < layers; layer++) {
            String linear = "layers." + layer + ".linear_attn.";
            put(weights, random, linear + "in_proj_qkv.weight", 2 * keys + values, HIDDEN);
            put(weights, random, linear + "in_proj_z.weight", values, HIDDEN);
            put(weights, random, linear + "in_proj_b.weight", LINEAR.valueHeads(), HIDDEN);
            put(weights, random, linear + "in_proj_a.weight", LINEAR.valueHeads(), HIDDEN);
            put(weights, random, linear + "conv1d.weight", 2 * keys + values, 1, LINEAR.kernel());
            put(weights, random, linear + "A_log", LINEAR.valueHeads());
            put(weights, random, linear + "dt_bias", LINEAR.valueHeads());
            put(weights, random, linear + "norm.weight", LINEAR.valueSize());
            put(weights, random, linear + "out_proj.weight", HIDDEN, values);
            String full = "layers." + layer + ".self_attn.";
            put(weights, random, full + "q_proj.weight", 2L * queries, HIDDEN);
            put(weights, random, full + "k_proj.weight", cached, HIDDEN);
            put(weights, random, full + "v_proj.weight", cached, HIDDEN);
            put(weights, random, full + "o_proj.weight", HIDDEN, queries);
        }
        try (WritableByteChannel out = Files.newByteChannel(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (ByteBuffer part : Safetensors.file(weights, Map.of())) {
                out.write(part);
            }
        }
    }

    private static void put(Map<String, Tensor> weights, Random random, String name, long... shape) {
        int count = 1;
        for (long dim : shape) {
            count *= Math.toIntExact(dim);
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 0.02f * (float) random.nextGaussian();
        }
        weights.put(name, Tensor.ofFloats(values, shape));
    }
}
