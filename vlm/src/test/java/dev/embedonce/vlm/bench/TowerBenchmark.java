package dev.embedonce.vlm.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the cache saves at real tower sizes: a miss, a hit from memory and a hit from disk of the same picture, one
 * family after the other. Not a test: run it by hand, on folders that {@code scripts/golden-vlm/random_checkpoint.py
 * --like towers} wrote.
 *
 * <p>{@code MODELS RESULTS [--quick] [NAME...]} measures the models in a folder, all or some, and writes {@code
 * towers.md} and {@code towers.json} into another. With {@code --quick} the only miss is a model's first, in which its
 * tower is loaded too.
 */
final class TowerBenchmark {
    private static final int SIDE = 1024;
    /** A tower that takes longer is measured once. */
    private static final double SLOW_MILLIS = 15_000;

    private final int diskHits;
    private final int memoryHits;
    private final boolean quick;

    private TowerBenchmark(boolean quick) {
        this.quick = quick;
        this.diskHits = quick ? 21 : 101;
        this.memoryHits = quick ? 101 : 1001;
    }

    /** What one model took. */
    private record Row(String model, long bytes, Times miss, Times memory, Times disk, double residentGigabytes) {
        String markdown() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %.1f MB | %s | %s | %s | %.0f | %.0f | %.1f GB |",
                    model,
                    bytes / 1e6,
                    miss,
                    memory,
                    disk,
                    miss.median() / memory.median(),
                    miss.median() / disk.median(),
                    residentGigabytes);
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("model", model);
            json.put("bytes", bytes);
            json.put("missMillis", miss);
            json.put("memoryHitMillis", memory);
            json.put("diskHitMillis", disk);
            json.put("residentGigabytes", residentGigabytes);
            return json;
        }
    }

    public static void main(String[] args) throws IOException {
        List<String> names = new ArrayList<>(List.of(args).subList(2, args.length));
        boolean quick = names.remove("--quick");
        Path models = Path.of(args[0]);
        if (names.isEmpty()) {
            try (Stream<Path> folders = Files.list(models)) {
                folders.map(folder -> folder.getFileName().toString()).sorted().forEach(names::add);
            }
        }
        byte[] picture = Pictures.photoLike(SIDE, SIDE);
        List<Row> rows = new ArrayList<>();
        for (String name : names) {
            Row row = new TowerBenchmark(quick).measure(models.resolve(name), picture);
            System.out.println(row.markdown());
            rows.add(row);
            write(Path.of(args[1]), rows, quick);
        }
    }

    private Row measure(Path folder, byte[] picture) throws IOException {
        List<byte[]> one = List.of(picture);
        try (Tiers tiers = new Tiers();
                VisionLanguageModel model = VisionLanguageModel.load(folder, ModelOptions.defaults())) {
            Runnable remembered = () -> model.encodeImages(one, ImageSettings.DEFAULT, tiers.memory);
            Runnable kept = () -> model.encodeImages(one, ImageSettings.DEFAULT, tiers.disk);
            Times first = Times.of(1, remembered);
            int misses = first.median() > SLOW_MILLIS ? 1 : 3;
            Times miss = quick ? first : Times.of(misses, () -> model.encodeImages(one, ImageSettings.DEFAULT, null));
            double resident = Times.resident() / 1e6;
            long bytes = model.encodeImages(one, ImageSettings.DEFAULT, tiers.memory)
                    .get(0)
                    .features()
                    .bytes();
            Times.of(diskHits, kept);
            Times diskHit = Times.of(diskHits, kept);
            Times.of(memoryHits, remembered);
            Times memoryHit = Times.of(memoryHits, remembered);
            return new Row(String.valueOf(folder.getFileName()), bytes, miss, memoryHit, diskHit, resident);
        }
    }

    private static void write(Path results, List<Row> rows, boolean quick) throws IOException {
        Files.createDirectories(results);
        List<String> table = new ArrayList<>(List.of(
                "One picture of " + SIDE + " x " + SIDE + "; milliseconds: median (least to most)"
                        + (quick ? "; a miss loads the tower too." : "."),
                "",
                "| model | features | miss | memory hit | disk hit | miss / memory hit | miss / disk hit | resident |",
                "|---|---|---|---|---|---|---|---|"));
        rows.forEach(row -> table.add(row.markdown()));
        Files.write(results.resolve("towers.md"), table);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("java", System.getProperty("java.version"));
        json.put("processors", Runtime.getRuntime().availableProcessors());
        json.put("picture", List.of(SIDE, SIDE));
        json.put("missLoadsTower", quick);
        json.put("models", rows.stream().map(Row::json).toList());
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(results.resolve("towers.json").toFile(), json);
    }
}
