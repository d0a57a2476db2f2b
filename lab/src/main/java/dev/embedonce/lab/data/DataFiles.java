package dev.embedonce.lab.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.lab.experiment.AuditRow;
import dev.embedonce.lab.experiment.ChurnRow;
import dev.embedonce.lab.experiment.PassRow;
import dev.embedonce.lab.experiment.Phases;
import dev.embedonce.lab.experiment.PhashAudit;
import dev.embedonce.lab.experiment.SideBySide;
import dev.embedonce.lab.experiment.SweepRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the article's tables, and that of the comparison with its class. Times in seconds unless a column says
 * otherwise.
 */
public final class DataFiles {
    private static final long FIFTY_THOUSAND = 50_000;
    private static final long MILLION = 1_000_000;

    private final Path folder;

    public DataFiles(Path folder) {
        this.folder = folder;
    }

    /** Writes all files. */
    public void write(LabResults results) throws IOException {
        Files.createDirectories(folder);
        passes(results.passes()).write(folder.resolve("run-sha-cache.csv"));
        churn(results.churn()).write(folder.resolve("churn-simulation.csv"));
        phash(results.phash()).write(folder.resolve("phash-false-positive-summary.csv"));
        audit(results.audit()).write(folder.resolve("invalidation-audit.csv"));
        sweep(results.sweep()).write(folder.resolve("batch-sweep.csv"));
        sideBySide(results.sideBySide()).write(folder.resolve("side-by-side.csv"));
        environment(results, folder.resolve("environment.json"));
    }

    private static Csv passes(List<PassRow> rows) {
        Csv csv = new Csv(
                "store",
                "pass",
                "images",
                "hits",
                "encoded",
                "wrong_answers",
                "lookup_p50_us",
                "hash_s",
                "lookup_s",
                "prepare_s",
                "encode_s",
                "store_s",
                "wall_s",
                "processor_s",
                "images_per_s");
        for (PassRow row : rows) {
            Phases p = row.phases();
            csv.row(
                    row.store(),
                    row.pass(),
                    row.images(),
                    row.hits(),
                    row.encoded(),
                    row.wrong().bitDifferent(),
                    row.lookupP50Micros(),
                    p.hash(),
                    p.lookup(),
                    p.prepare(),
                    p.encode(),
                    p.store(),
                    p.wall(),
                    p.processor(),
                    row.imagesPerSecond());
        }
        return csv;
    }

    private static Csv churn(List<ChurnRow> rows) {
        Csv csv = new Csv(
                "churn",
                "strategy",
                "cycle",
                "images",
                "changed",
                "hits",
                "pixel_hits",
                "encoded",
                "wrong_bits",
                "wrong_cosine",
                "lowest_cosine",
                "hash_s",
                "lookup_s",
                "prepare_s",
                "encode_s",
                "store_s",
                "wall_s",
                "processor_s");
        for (ChurnRow row : rows) {
            Phases p = row.phases();
            csv.row(
                    row.churn().label(),
                    row.strategy().id(),
                    row.cycle(),
                    row.images(),
                    row.changed(),
                    row.hits(),
                    row.pixelHits(),
                    row.encoded(),
                    row.wrong().bitDifferent(),
                    row.wrong().misdirected(),
                    row.wrong().lowestCosine(),
                    p.hash(),
                    p.lookup(),
                    p.prepare(),
                    p.encode(),
                    p.store(),
                    p.wall(),
                    p.processor());
        }
        return csv;
    }

    private static Csv phash(PhashAudit.Result result) {
        Csv csv = new Csv(
                "hamming_at_most",
                "pictures",
                "all_pairs",
                "cross_object_pairs",
                "claimed_duplicates",
                "cross_object_collisions",
                "cross_category_collisions",
                "collisions_with_a_flat_picture",
                "rate_per_cross_object_pair",
                "expected_in_50k_images",
                "expected_in_1m_images",
                "claims_that_the_vectors_confirm",
                "precision",
                "cross_object_median_cosine",
                "cross_object_lowest_cosine",
                "exact_key_victims");
        for (PhashAudit.Within within : result.within()) {
            csv.row(
                    within.distance(),
                    result.pictures(),
                    result.allPairs(),
                    result.crossObjectPairs(),
                    within.pairs(),
                    within.crossObject(),
                    within.crossCategory(),
                    within.degenerate(),
                    result.rate(within),
                    result.expected(within, FIFTY_THOUSAND),
                    result.expected(within, MILLION),
                    within.agreeing(),
                    within.precision(),
                    within.medianCosine(),
                    within.lowestCosine(),
                    within.distance() == 0 ? result.exactKeyVictims() : "");
        }
        return csv;
    }

    private static Csv audit(List<AuditRow> rows) {
        Csv csv = new Csv(
                "row",
                "change",
                "images",
                "noticed",
                "wrong_answers",
                "stale_if_keyed_by_path",
                "stale_if_keyed_by_path_size_time",
                "detection_p50_us",
                "noticed_by",
                "when");
        int number = 1;
        for (AuditRow row : rows) {
            csv.row(
                    number++,
                    row.change(),
                    row.images(),
                    row.noticed(),
                    row.wrong(),
                    row.stalePathKey() < 0 ? "" : row.stalePathKey(),
                    row.stalePathSizeTimeKey() < 0 ? "" : row.stalePathSizeTimeKey(),
                    row.detectMicros(),
                    row.by(),
                    row.when());
        }
        return csv;
    }

    private static Csv sweep(List<SweepRow> rows) {
        Csv csv = new Csv("batch", "cache", "images", "hits", "wall_s", "processor_s", "encode_s", "images_per_s");
        for (SweepRow row : rows) {
            csv.row(
                    row.batch(),
                    row.hitsWanted() > 0 ? "warm" : "none",
                    row.images(),
                    row.hits(),
                    row.phases().wall(),
                    row.phases().processor(),
                    row.phases().encode(),
                    row.imagesPerSecond());
        }
        return csv;
    }

    private static Csv sideBySide(SideBySide.Result result) {
        Csv csv = new Csv("cache", "store", "call", "pass", "images", "seconds", "us_per_image");
        for (SideBySide.Row row : result.rows()) {
            csv.row(
                    row.who(),
                    row.store(),
                    row.call(),
                    row.pass(),
                    row.images(),
                    row.seconds(),
                    1e6 * row.seconds() / row.images());
        }
        return csv;
    }

    private static void environment(LabResults results, Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode json = mapper.valueToTree(results.environment());
        json.set("articleClass", mapper.valueToTree(results.sideBySide().versions()));
        String skipped = results.sideBySide().skipped();
        if (skipped != null) {
            json.put("articleClassSkipped", skipped);
        }
        mapper.writeValue(file.toFile(), json);
    }
}
