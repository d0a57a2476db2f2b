package dev.embedonce.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.Picture;
import dev.embedonce.store.memory.MemoryStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The counts of every experiment, exactly, on a tiny corpus with a stand-in for the encoder. */
class ExperimentsTest {
    private static final StoreOpener MEMORY = (scheme, name) -> new MemoryStore();

    private static LabEncoder encoder(String name, int grid) {
        return LabEncoder.of(new PixelEncoder(name, grid, 4));
    }

    @Test
    void passes_coldAndWarm_encodeOnceAndAreRight() {
        PixelEncoder counting = new PixelEncoder("model", 8, 4);
        Corpus corpus = TinyCorpus.of(5, 4);
        List<PassRow> rows = new PassExperiment(12, List.of("one", "two"), corpus, LabEncoder.of(counting), MEMORY)
                .run(StepProgress.NONE);

        assertThat(rows).extracting(PassRow::pass).containsExactly("none", "cold", "warm", "cold", "warm");
        assertThat(rows).extracting(PassRow::encoded).containsExactly(12, 12, 0, 12, 0);
        assertThat(rows).extracting(PassRow::hits).containsExactly(0, 0, 12, 0, 12);
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.wrong().bitDifferent()).isZero());
        assertThat(counting.encodedImages.get())
                .isEqualTo(20 + 3 * 12); // warm-up over the whole corpus, then three passes
        assertThat(rows.get(2).lookupP50Micros()).isPositive();
    }

    @Test
    void phash_twinsOfDifferentObjects_areCountedExactly() {
        List<Picture> pictures = new ArrayList<>(TinyCorpus.of(6, 2).pictures());
        Picture first = pictures.get(0);
        pictures.add(new Picture("same", first.object(), "class-0", recompressed(first, 1)));
        pictures.add(new Picture("thief", "thief", "class-7", recompressed(first, 2)));
        Corpus corpus = new Corpus("with twins", pictures);

        PhashAudit.Result result = new PhashAudit(corpus, encoder("model", 8)).run(StepProgress.NONE);

        assertThat(result.allPairs()).isEqualTo(14 * 13 / 2);
        assertThat(result.crossObjectPairs())
                .isEqualTo(91 - (3 + 5)); // object-0 has three pictures, five others have two
        PhashAudit.Within equal = result.within().get(0);
        assertThat(equal.pairs()).isEqualTo(3);
        assertThat(equal.crossObject()).isEqualTo(2);
        assertThat(equal.crossCategory()).isEqualTo(2);
        assertThat(equal.agreeing()).isEqualTo(3);
        assertThat(equal.precision()).isEqualTo(1);
        assertThat(result.exactKeyVictims()).isEqualTo(1);
        assertThat(result.rate(equal)).isCloseTo(2 / 83.0, within(1e-12));
        assertThat(result.expected(equal, 1000)).isCloseTo(2 / 83.0 * 1000 * 999 / 2, within(1e-6));
        assertThat(result.shown()).hasSize(1);
        assertThat(result.shown().get(0).secondName()).isEqualTo("thief");
    }

    private static byte[] recompressed(Picture picture, int cycle) {
        return Churn.RECOMPRESSED.change(picture, TinyCorpus.of(2, 1), cycle, 1);
    }

    @Test
    void phash_lookAlikeWithAnotherVector_isAFalseClaim() {
        Corpus corpus = TinyCorpus.of(4, 1);
        Picture first = corpus.pictures().get(0);
        List<Picture> pictures = new ArrayList<>(corpus.pictures());
        for (int cycle = 1; pictures.size() == 4; cycle++) {
            byte[] edited = Churn.SMALL_EDIT.change(first, corpus, cycle, 3);
            if (Picture.perceptualHashes(edited).phash().equals(first.phash())) {
                pictures.add(new Picture("edited", "edited", "class-9", edited));
            }
        }
        PhashAudit.Result result =
                new PhashAudit(new Corpus("edited", pictures), encoder("model", 32)).run(StepProgress.NONE);
        assertThat(result.within().get(0).crossObject()).isEqualTo(1);
        assertThat(result.within().get(0).lowestCosine()).isLessThan(1);
    }

    @Test
    void audit_everyRow_isNoticedAsItShouldBe(@TempDir Path folder) {
        Corpus corpus = TinyCorpus.of(40, 2);
        InvalidationAudit.Encoders encoders =
                new InvalidationAudit.Encoders(encoder("own", 32), encoder("another", 16), encoder("another", 24));
        List<AuditRow> rows = new InvalidationAudit(corpus, encoders, MEMORY, folder, 1).run(StepProgress.NONE);

        assertThat(rows).hasSize(12).allSatisfy(row -> {
            boolean hopeless =
                    row.change().endsWith("without a seal") || row.change().startsWith("version typed");
            assertThat(row.images()).isEqualTo(64);
            assertThat(row.noticed()).isEqualTo(hopeless ? 0 : 64);
            assertThat(row.wrong()).isEqualTo(hopeless ? 64 : 0);
        });
        assertThat(rows)
                .filteredOn(row -> row.stalePathKey() >= 0)
                .extracting(AuditRow::change, AuditRow::stalePathKey, AuditRow::stalePathSizeTimeKey)
                .containsExactly(
                        tuple("content changed", 64, 0),
                        tuple("edited in place, same size and time", 64, 64),
                        tuple("renamed, nothing else", 0, 0));
        assertThat(rows.get(11).by()).contains("finds 64 of 64");
    }

    @Test
    void sweep_everySize_hitsNineOfTen() {
        List<SweepRow> rows = new BatchSweep(
                        20,
                        1,
                        TinyCorpus.of(10, 2),
                        batch -> LabEncoder.of(new PixelEncoder("model", 8, batch)),
                        MEMORY)
                .run(StepProgress.NONE);
        assertThat(rows).hasSize(2 * BatchSweep.SIZES.size());
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i).batch()).isEqualTo(BatchSweep.SIZES.get(i / 2));
            assertThat(rows.get(i).hits()).isEqualTo(i % 2 == 0 ? 0 : 18);
        }
    }

    @Test
    void sideBySide_withoutPython_saysWhy(@TempDir Path folder) {
        SideBySide.Result result = new SideBySide(
                        4,
                        TinyCorpus.of(4, 1),
                        encoder("model", 8),
                        MEMORY,
                        new ArticleProgram("no-such-python", folder))
                .run(StepProgress.NONE);
        assertThat(result.rows()).isEmpty();
        assertThat(result.skipped()).contains("no-such-python");
        assertThat(result.ratio("warm", "duckdb", "one by one")).isEmpty();
    }

    @Test
    void breakEven_runningSums_isTheFirstCycleThatStaysCheaper() {
        ChurnSummary expensive = summary(Strategy.NONE, 4, 4, 4, 4, 4);
        assertThat(summary(Strategy.SHA, 9, 1, 1, 1, 1)
                        .breakEven(expensive, row -> row.phases().encode()))
                .hasValue(3);
        assertThat(summary(Strategy.SHA, 3, 1, 1, 1, 1)
                        .breakEven(expensive, row -> row.phases().encode()))
                .hasValue(1);
        assertThat(summary(Strategy.SHA, 3, 9, 4, 4, 4)
                        .breakEven(expensive, row -> row.phases().encode()))
                .isEmpty();
    }

    private static ChurnSummary summary(Strategy strategy, double... encode) {
        List<ChurnRow> rows = new ArrayList<>();
        for (int cycle = 0; cycle < encode.length; cycle++) {
            Phases phases = new Phases(0, 0, 0, encode[cycle], 0, 0, 0);
            rows.add(new ChurnRow(Churn.LOSSY, strategy, cycle, 1, 1, 0, 0, 1, new Truth.Verdict(0, 0, 1), phases));
        }
        return new ChurnSummary(Churn.LOSSY, strategy, rows);
    }
}
