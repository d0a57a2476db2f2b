package dev.embedonce.lab.experiment;

import dev.embedonce.cache.EmbeddingCache;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.care.DriftAudit;
import dev.embedonce.codec.SealKeys;
import dev.embedonce.key.CacheKey;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.Picture;
import dev.embedonce.lab.picture.Png;
import dev.embedonce.lab.picture.RgbPicture;
import dev.embedonce.store.CacheStore;
import dev.embedonce.value.Embedding;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All ways in which a cache of vectors becomes stale or damaged, each done to 64 images. A cache is filled, one thing
 * is changed, and the cache is asked about all of them: for how many does it refuse to answer with the old entry, how
 * soon, and are its final answers right?
 */
public final class InvalidationAudit {
    /** The article's number. */
    public static final int IMAGES = 64;

    private static final String STORE = "duckdb";
    private static final byte[] SECRET = "the lab's seal key, known to all".getBytes(StandardCharsets.UTF_8);

    /**
     * The encoders of the audit.
     *
     * @param own the run's
     * @param other a different model
     * @param otherAt336 that other model with pictures of 336 pixels instead of 224
     */
    public record Encoders(LabEncoder own, LabEncoder other, LabEncoder otherAt336) {}

    private final Corpus corpus;
    private final Encoders encoders;
    private final StoreOpener stores;
    private final Path folder;
    private final long seed;
    private int storeNumber;

    /**
     * An audit.
     *
     * @param folder where picture files are written and changed
     */
    public InvalidationAudit(Corpus corpus, Encoders encoders, StoreOpener stores, Path folder, long seed) {
        this.corpus = corpus;
        this.encoders = encoders;
        this.stores = stores;
        this.folder = folder;
        this.seed = seed;
    }

    /** Runs all rows. */
    public List<AuditRow> run(StepProgress progress) {
        List<Audited> audits = List.of(
                this::modelChanged,
                this::preprocessingChanged,
                this::contentChanged,
                this::editedInPlace,
                this::renamed,
                images -> spoilt(Tampering.ZERO_VECTORS, images, null),
                images -> spoilt(Tampering.SWAPPED_ROWS, images, null),
                images -> spoilt(Tampering.SPOILT_CHECKSUMS, images, null),
                images -> spoilt(Tampering.FORGED, images, null),
                images -> spoilt(Tampering.FORGED, images, seal()),
                this::versionLeftEmpty,
                this::versionNotRaised);
        List<byte[]> images = corpus.sampleOf(IMAGES).stream()
                .map(picture -> Png.encode(RgbPicture.decode(picture.encoded())))
                .toList();
        List<AuditRow> rows = new ArrayList<>();
        for (Audited audit : audits) {
            rows.add(audit.row(images));
            progress.at((double) rows.size() / audits.size());
        }
        return rows;
    }

    private interface Audited {
        AuditRow row(List<byte[]> images);
    }

    private FeatureCache cache(@Nullable SealKeys seal) {
        CacheStore store = stores.open(STORE, "audit-" + storeNumber++);
        return FeatureCache.over(store).heapBytes(0).sealKeys(seal).build();
    }

    private static SealKeys seal() {
        return SealKeys.of(List.of(SECRET));
    }

    /** The answers of a cache. */
    private record Asked(int answered, double micros, int wrong) {}

    private static Asked ask(FeatureCache cache, LabEncoder encoder, List<byte[]> images) {
        List<Double> micros = new ArrayList<>();
        int answered = 0;
        for (byte[] image : images) {
            long start = System.nanoTime();
            answered += cache.get(encoder.key(cache, image)).isPresent() ? 1 : 0;
            micros.add((System.nanoTime() - start) / 1e3);
        }
        Pass pass = Pass.cached(Strategy.OURS, cache, encoder, images);
        Truth.Verdict verdict = new Truth(encoder).check(images, pass.vectors());
        return new Asked(answered, Median.of(micros), verdict.bitDifferent());
    }

    private static AuditRow missed(String change, List<byte[]> images, Asked asked, String by, String when) {
        return new AuditRow(
                change,
                images.size(),
                images.size() - asked.answered(),
                asked.wrong(),
                -1,
                -1,
                asked.micros(),
                by,
                when);
    }

    private AuditRow modelChanged(List<byte[]> images) {
        try (FeatureCache cache = cache(null)) {
            encoders.own().ask(cache, images);
            return missed(
                    "model changed",
                    images,
                    ask(cache, encoders.other(), images),
                    "model version, derived from the model's content",
                    "next look-up");
        }
    }

    private AuditRow preprocessingChanged(List<byte[]> images) {
        try (FeatureCache cache = cache(null)) {
            encoders.other().ask(cache, images);
            return missed(
                    "preprocessing changed, 224 to 336",
                    images,
                    ask(cache, encoders.otherAt336(), images),
                    "preprocessing version, derived from all that shapes the pixels",
                    "next look-up");
        }
    }

    private List<byte[]> edited(List<byte[]> images) {
        List<byte[]> edited = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            Picture picture = new Picture("audit-" + i, "audit-" + i, "", images.get(i));
            edited.add(Churn.SMALL_EDIT.change(picture, corpus, 1, seed));
        }
        return edited;
    }

    private AuditRow contentChanged(List<byte[]> images) {
        List<byte[]> edited = edited(images);
        return withFiles("content changed", images, edited, true, false);
    }

    /** A comment makes both versions equally long, and the file's modification time is restored. */
    private AuditRow editedInPlace(List<byte[]> images) {
        List<byte[]> edited = edited(images);
        List<byte[]> before = new ArrayList<>();
        List<byte[]> after = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            int length = Math.max(images.get(i).length, edited.get(i).length) + 64;
            before.add(Png.padded(images.get(i), length));
            after.add(Png.padded(edited.get(i), length));
        }
        return withFiles("edited in place, same size and time", before, after, false, false);
    }

    private AuditRow renamed(List<byte[]> images) {
        return withFiles("renamed, nothing else", images, images, false, true);
    }

    private AuditRow withFiles(String change, List<byte[]> before, List<byte[]> after, boolean later, boolean rename) {
        List<Path> files = PictureFiles.write(folder, "before", before);
        LabEncoder encoder = encoders.own();
        try (FeatureCache cache = cache(null)) {
            encoder.ask(cache, before);
            PathCache byPath = PathCache.byPath();
            PathCache byAll = PathCache.byPathSizeAndTime();
            List<Embedding> old = encoder.encode(before).vectors();
            byPath.keep(files, old);
            byAll.keep(files, old);
            List<Path> changed =
                    rename ? PictureFiles.write(folder, "renamed", after) : PictureFiles.overwrite(files, after, later);
            List<Embedding> right = encoder.encode(after).vectors();
            Asked asked = ask(cache, encoder, PictureFiles.read(changed));
            return new AuditRow(
                    change,
                    before.size(),
                    rename ? asked.answered() : before.size() - asked.answered(),
                    asked.wrong(),
                    byPath.stale(changed, right),
                    byAll.stale(changed, right),
                    asked.micros(),
                    rename ? "content hash: a name is no part of the key" : "content hash",
                    "next look-up");
        }
    }

    private AuditRow spoilt(Tampering tampering, List<byte[]> images, @Nullable SealKeys seal) {
        LabEncoder encoder = encoders.own();
        try (FeatureCache cache = cache(seal)) {
            encoder.ask(cache, images);
            List<CacheKey> keys =
                    images.stream().map(image -> encoder.key(cache, image)).toList();
            tampering.tamper(cache.store(), keys);
            boolean proof = tampering != Tampering.FORGED || seal != null;
            String change = tampering.label()
                    + (tampering != Tampering.FORGED ? "" : seal == null ? ", cache without a seal" : ", sealed cache");
            return missed(
                    change,
                    images,
                    ask(cache, encoder, images),
                    seal == null ? tampering.noticedBy() : "HMAC-SHA256 seal",
                    proof ? "next look-up" : "never");
        }
    }

    private AuditRow versionLeftEmpty(List<byte[]> images) {
        List<Double> micros = new ArrayList<>();
        int refused = 0;
        try (EmbeddingCache cache = new EmbeddingCache(cache(null))) {
            for (int i = 0; i < images.size(); i++) {
                long start = System.nanoTime();
                try {
                    cache.getOrCompute(images.get(i), i % 2 == 0 ? "" : "unknown", "224", bytes -> new float[1]);
                } catch (IllegalArgumentException e) {
                    refused++;
                }
                micros.add((System.nanoTime() - start) / 1e3);
            }
        }
        return new AuditRow(
                "version string left empty or \"unknown\"",
                images.size(),
                refused,
                images.size() - refused,
                -1,
                -1,
                Median.of(micros),
                "refused as an argument",
                "at the call");
    }

    /**
     * The article's form, with versions typed by hand: only encoding again can show that the model behind a name has
     * changed.
     */
    private AuditRow versionNotRaised(List<byte[]> images) {
        List<Double> micros = new ArrayList<>();
        int noticed = 0;
        int wrong = 0;
        DriftAudit audit = new DriftAudit(1 - Truth.SAME_DIRECTION);
        try (EmbeddingCache cache = new EmbeddingCache(cache(null))) {
            for (byte[] image : images) {
                cache.getOrCompute(image, "our-model", "224", bytes -> vector(encoders.own(), bytes));
            }
            for (byte[] image : images) {
                boolean[] computed = {false};
                long start = System.nanoTime();
                Embedding answer = cache.getOrCompute(image, "our-model", "224", bytes -> {
                    computed[0] = true;
                    return vector(encoders.other(), bytes);
                });
                micros.add((System.nanoTime() - start) / 1e3);
                noticed += computed[0] ? 1 : 0;
                Embedding right = Embedding.of(vector(encoders.other(), image));
                wrong += answer.equals(right) ? 0 : 1;
                audit.compare(answer, right);
            }
        }
        return new AuditRow(
                "version typed by hand and forgotten at a model change",
                images.size(),
                noticed,
                wrong,
                -1,
                -1,
                Median.of(micros),
                "no look-up can; a drift audit, which encodes anew, finds " + audit.drifted() + " of "
                        + audit.compared() + ". Derived versions cannot be forgotten",
                "next audit");
    }

    private static float[] vector(LabEncoder encoder, byte[] image) {
        return encoder.encode(List.of(image)).vectors().get(0).toArray();
    }
}
