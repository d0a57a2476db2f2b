package dev.embedonce.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.hash.PerceptualHash;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.Picture;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Embedding;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChurnExperimentTest {
    private static final int IMAGES = 20;
    private static final int CYCLES = 4;
    private static final int CHANGED = 4;
    private static final ChurnExperiment.Settings SETTINGS = new ChurnExperiment.Settings(IMAGES, CYCLES, 0.2, 7);

    private final Corpus corpus = TinyCorpus.of(10, 4);

    private List<ChurnRow> run(Churn churn, EnumSet<Strategy> strategies) {
        LabEncoder encoder = LabEncoder.of(new PixelEncoder("model", 8, 4));
        return new ChurnExperiment(SETTINGS, corpus, encoder, (scheme, name) -> new MemoryStore())
                .run(churn, strategies, StepProgress.NONE);
    }

    private List<ChurnRow> rows(Churn churn, Strategy strategy) {
        return run(churn, EnumSet.allOf(Strategy.class)).stream()
                .filter(row -> row.strategy() == strategy)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Churn.class)
    void run_noCache_encodesEverythingAndIsNeverWrong(Churn churn) {
        assertThat(rows(churn, Strategy.NONE)).hasSize(CYCLES).allSatisfy(row -> {
            assertThat(row.encoded()).isEqualTo(IMAGES);
            assertThat(row.hits() + row.pixelHits()).isZero();
            assertThat(row.wrong().bitDifferent()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource(Churn.class)
    void run_sha_missesExactlyWhatChanged(Churn churn) {
        List<ChurnRow> rows = rows(churn, Strategy.SHA);
        assertThat(rows.get(0).encoded()).isEqualTo(IMAGES);
        assertThat(rows.subList(1, CYCLES)).allSatisfy(row -> {
            assertThat(row.changed()).isEqualTo(CHANGED);
            assertThat(row.hits()).isEqualTo(IMAGES - CHANGED);
            assertThat(row.encoded()).isEqualTo(CHANGED);
        });
        assertThat(rows).allSatisfy(row -> assertThat(row.wrong()).isEqualTo(new Truth.Verdict(0, 0, 1)));
    }

    @Test
    void run_oursRecompressed_encodesNothingAgain() {
        List<ChurnRow> rows = rows(Churn.RECOMPRESSED, Strategy.OURS);
        assertThat(rows.get(0).encoded()).isEqualTo(IMAGES);
        assertThat(rows.subList(1, CYCLES)).allSatisfy(row -> {
            assertThat(row.hits()).isEqualTo(IMAGES - CHANGED);
            assertThat(row.pixelHits()).isEqualTo(CHANGED);
            assertThat(row.encoded()).isZero();
        });
        assertThat(rows).allSatisfy(row -> assertThat(row.wrong()).isEqualTo(new Truth.Verdict(0, 0, 1)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Churn.class,
            names = {"LOSSY", "SMALL_EDIT", "REPLACED"})
    void run_oursNewPixels_encodesThemAndIsNeverWrong(Churn churn) {
        List<ChurnRow> rows = rows(churn, Strategy.OURS);
        assertThat(rows.subList(1, CYCLES)).allSatisfy(row -> {
            assertThat(row.pixelHits()).isZero();
            assertThat(row.encoded()).isEqualTo(CHANGED);
        });
        assertThat(rows).allSatisfy(row -> assertThat(row.wrong()).isEqualTo(new Truth.Verdict(0, 0, 1)));
    }

    @Test
    void run_phashRecompressed_hitsEverythingAndIsRight() {
        List<ChurnRow> rows = rows(Churn.RECOMPRESSED, Strategy.PHASH);
        assertThat(rows.subList(1, CYCLES)).allSatisfy(row -> {
            assertThat(row.hits()).isEqualTo(IMAGES);
            assertThat(row.wrong().bitDifferent()).isZero();
        });
    }

    /** Against a map from pHash to the first vector that was stored under it: every count of every cycle. */
    @ParameterizedTest
    @EnumSource(Churn.class)
    void run_phashEverythingChanges_countsAsAMapWould(Churn churn) {
        LabEncoder encoder = LabEncoder.of(new PixelEncoder("model", 8, 4));
        ChurnExperiment.Settings all = new ChurnExperiment.Settings(IMAGES, CYCLES, 1, 7);
        List<ChurnRow> rows = new ChurnExperiment(all, corpus, encoder, (scheme, name) -> new MemoryStore())
                .run(churn, EnumSet.of(Strategy.PHASH), StepProgress.NONE);

        Map<PerceptualHash, Embedding> kept = new HashMap<>();
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            int hits = 0;
            int wrong = 0;
            for (Picture original : corpus.sampleOf(IMAGES)) {
                byte[] bytes = cycle == 0 ? original.encoded() : churn.change(original, corpus, cycle, 7);
                Embedding right = encoder.encode(List.of(bytes)).vectors().get(0);
                Embedding first =
                        kept.putIfAbsent(Picture.perceptualHashes(bytes).phash(), right);
                hits += first == null ? 0 : 1;
                wrong += first == null || first.equals(right) ? 0 : 1;
            }
            assertThat(rows.get(cycle).hits()).isEqualTo(hits);
            assertThat(rows.get(cycle).encoded()).isEqualTo(IMAGES - hits);
            assertThat(rows.get(cycle).wrong().bitDifferent()).isEqualTo(wrong);
            if (churn == Churn.LOSSY && cycle > 0) {
                assertThat(wrong).isPositive();
            }
        }
    }

    /**
     * Two different pictures with one pHash: the second is answered with the first's vector in the very first cycle.
     */
    @Test
    void run_phashOfTwins_isWrongFromTheStart() {
        List<Picture> pictures = new ArrayList<>(TinyCorpus.of(4, 1).pictures());
        Picture first = pictures.get(0);
        byte[] twin = Churn.SMALL_EDIT.change(first, corpus, twinCycle(first), 7);
        pictures.add(new Picture("twin", "twin", "class-9", twin));
        Corpus twins = new Corpus("twins", pictures);
        LabEncoder encoder = LabEncoder.of(new PixelEncoder("model", 8, 4));

        List<ChurnRow> rows = new ChurnExperiment(
                        new ChurnExperiment.Settings(5, 1, 0.2, 7), twins, encoder, (s, n) -> new MemoryStore())
                .run(Churn.LOSSY, EnumSet.of(Strategy.SHA, Strategy.PHASH), StepProgress.NONE);

        assertThat(rows.get(0).strategy()).isEqualTo(Strategy.SHA);
        assertThat(rows.get(0).wrong().bitDifferent()).isZero();
        assertThat(rows.get(1).encoded()).isEqualTo(4);
        assertThat(rows.get(1).hits()).isEqualTo(1);
        assertThat(rows.get(1).wrong().bitDifferent()).isEqualTo(1);
    }

    private int twinCycle(Picture picture) {
        for (int cycle = 1; cycle < 1000; cycle++) {
            byte[] edited = Churn.SMALL_EDIT.change(picture, corpus, cycle, 7);
            if (Picture.perceptualHashes(edited).phash().equals(picture.phash())) {
                return cycle;
            }
        }
        throw new AssertionError("no edit kept the pHash");
    }

    @Test
    void run_twice_givesTheSameCounts() {
        List<ChurnRow> once = run(Churn.SMALL_EDIT, EnumSet.allOf(Strategy.class));
        List<ChurnRow> again = run(Churn.SMALL_EDIT, EnumSet.allOf(Strategy.class));
        assertThat(once.stream().map(ChurnExperimentTest::counts))
                .isEqualTo(again.stream().map(ChurnExperimentTest::counts).toList());
    }

    private static List<Object> counts(ChurnRow row) {
        return List.of(row.strategy(), row.cycle(), row.hits(), row.pixelHits(), row.encoded(), row.wrong());
    }
}
