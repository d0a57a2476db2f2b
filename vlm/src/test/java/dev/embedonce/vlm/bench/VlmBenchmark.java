package dev.embedonce.vlm.bench;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Times the picture part and the language part of a model. Not a test: run it by hand, alternately with {@code
 * scripts/golden-vlm/bench_torch.py} on the same folder (see the README there).
 *
 * <p>{@code pictures MODEL PICTURE [ROUNDS]} prints a miss, a hit from disk and a hit from memory, and the bytes kept;
 * {@code tower MODEL PICTURE [ROUNDS [DTYPE]]} the tower alone; {@code decode MODEL DTYPE [TOKENS]} a prefill of 256
 * tokens and decoding at batch 1 and 4.
 */
final class VlmBenchmark {
    private VlmBenchmark() {}

    public static void main(String[] args) throws IOException {
        Path model = Path.of(args[1]);
        switch (args[0]) {
            case "pictures" -> pictures(model, Files.readAllBytes(Path.of(args[2])), rounds(args, 5));
            case "tower" ->
                tower(
                        model,
                        Files.readAllBytes(Path.of(args[2])),
                        rounds(args, 5),
                        mode(args.length > 4 ? args[4] : "float32"));
            case "decode" -> decode(model, mode(args[2]), rounds(args, 16));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static NumericMode mode(String dtype) {
        return NumericMode.valueOf(dtype.toUpperCase(Locale.ROOT));
    }

    private static int rounds(String[] args, int otherwise) {
        return args.length > 3 ? Integer.parseInt(args[3]) : otherwise;
    }

    private static Times print(String what, Times times) {
        System.out.printf(
                Locale.ROOT,
                "%-22s median %9.3f ms (%.3f to %.3f, %d runs)%n",
                what,
                times.median(),
                times.least(),
                times.most(),
                times.runs());
        return times;
    }

    private static void pictures(Path folder, byte[] picture, int rounds) throws IOException {
        List<byte[]> one = List.of(picture);
        try (Tiers tiers = new Tiers();
                VisionLanguageModel model = VisionLanguageModel.load(folder, ModelOptions.defaults())) {
            Runnable remembered = () -> model.encodeImages(one, ImageSettings.DEFAULT, tiers.memory);
            Runnable kept = () -> model.encodeImages(one, ImageSettings.DEFAULT, tiers.disk);
            remembered.run();
            long bytes = model.encodeImages(one, ImageSettings.DEFAULT, tiers.memory)
                    .get(0)
                    .features()
                    .bytes();
            System.out.printf(Locale.ROOT, "features: %d bytes%n", bytes);
            Times.of(200, remembered);
            Times.of(200, kept);
            Times miss = print("miss", Times.of(rounds, () -> model.encodeImages(one, ImageSettings.DEFAULT, null)));
            Times diskHit = print("hit from disk", Times.of(101, kept));
            long before = Times.resident();
            Times memoryHit = print("hit from memory", Times.of(1001, remembered));
            System.out.printf(
                    Locale.ROOT,
                    "miss / memory hit %.0f, miss / disk hit %.0f, resident memory over the memory hits %+d kB%n",
                    miss.median() / memoryHit.median(),
                    miss.median() / diskHit.median(),
                    Times.resident() - before);
        }
    }

    private static void tower(Path folder, byte[] picture, int rounds, NumericMode mode) {
        ModelOptions options = ModelOptions.builder().towerMode(mode).build();
        try (VisionLanguageModel model = VisionLanguageModel.load(folder, options)) {
            VisionEncoder encoder = model.visionEncoder(ImageSettings.DEFAULT);
            print("preprocessing", Times.of(rounds, () -> encoder.prepare(picture)));
            ProcessedImage image = encoder.prepare(picture);
            encoder.encode(List.of(image));
            print("tower", Times.of(rounds, () -> encoder.encode(List.of(image))));
        }
    }

    private static void decode(Path folder, NumericMode mode, int tokens) {
        ModelOptions options = ModelOptions.builder().languageMode(mode).build();
        long[] ids = new long[256];
        Arrays.setAll(ids, i -> 5 + i);
        try (VisionLanguageModel model = VisionLanguageModel.load(folder, options);
                SequenceBatch batch = model.language().newBatch()) {
            Prompt prompt = model.prompt(ids, List.of());
            List<Sequence> four =
                    Stream.generate(() -> batch.open(prompt, 1024)).limit(4).toList();
            for (Sequence sequence : four) {
                print(mode + " prefill 256", Times.of(1, () -> batch.prefill(sequence, 256, Wanted.LAST)));
            }
            for (int size : new int[] {1, 4}) {
                List<Sequence> part = four.subList(0, size);
                long[] next = new long[size];
                Arrays.fill(next, 7);
                Tensor warm = batch.decode(part, next);
                double step = print(mode + " decode, batch " + size, Times.of(tokens, () -> batch.decode(part, next)))
                        .median();
                System.out.printf(
                        Locale.ROOT,
                        "%s decode, batch %d: %.2f tokens/s (%d logits)%n",
                        mode,
                        size,
                        1e3 * size / step,
                        warm.dim(1));
            }
        }
    }
}
