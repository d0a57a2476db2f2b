package dev.embedonce.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.embedonce.lab.base.LabException;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.MeshCorpus;
import dev.embedonce.lab.corpus.Picture;
import dev.embedonce.lab.experiment.LabEncoder;
import dev.embedonce.lab.mesh.OffFormat;
import dev.embedonce.lab.mesh.ParametricMeshes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs, of one mesh a class in two views, with a stand-in for the encoder. */
class LabTest {
    static final Scale TINY = new Scale("tiny", 1, 2, 10, 10, 4, 0.2, 10, 10);

    private static final List<String> COUNTS =
            List.of("churn", "strategy", "cycle", "images", "changed", "hits", "pixel_hits", "encoded", "wrong_bits");

    static LabOptions.Builder options(Path out) {
        return LabOptions.builder().scale(TINY).out(out).python("no-such-python");
    }

    @Test
    void run_tiny_writesEveryFile() throws IOException {
        Path out = LabRuns.shared();
        assertThat(out.resolve("report.html")).isNotEmptyFile();
        assertThat(names(out.resolve("data")))
                .containsExactlyInAnyOrder(
                        "batch-sweep.csv",
                        "churn-simulation.csv",
                        "environment.json",
                        "invalidation-audit.csv",
                        "phash-false-positive-summary.csv",
                        "run-sha-cache.csv",
                        "side-by-side.csv");
        assertThat(names(out.resolve("figures")))
                .hasSize(24)
                .contains("figure-1.svg", "figure-8.png", "figure-3-dark.svg");
        assertThat(Files.readString(out.resolve("data/churn-simulation.csv")).lines())
                .hasSize(1 + 4 * 4 * 4);
        assertThat(out.resolve("work/scratch")).doesNotExist();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /**
     * Broken off in the audit, taken up again: nothing is measured twice, and the counts are those of a run in one go.
     */
    @Test
    void run_interruptedAndResumed_givesTheSameCounts(@TempDir Path out) throws IOException {
        Equipment breaking = new TinyEquipment() {
            @Override
            public LabEncoder other(Path folder, int pixels) {
                throw new LabException("broken off");
            }
        };
        assertThatThrownBy(() -> Lab.run(options(out).build(), LabListener.NONE, breaking))
                .isInstanceOf(LabException.class)
                .hasMessage("broken off");
        byte[] finished = Files.readAllBytes(out.resolve("work/churn-LOSSY.json"));

        List<LabListener.Progress> heard = new ArrayList<>();
        Lab.run(options(out).build(), heard::add, new TinyEquipment());

        assertThat(out.resolve("work/churn-LOSSY.json")).hasBinaryContent(finished);
        assertThat(heard).extracting(LabListener.Progress::fraction).isSorted().endsWith(1.0);
        assertThat(heard.get(heard.size() - 1).number()).isEqualTo(10);
        assertThat(counts(out)).isEqualTo(counts(LabRuns.shared())).hasSize(1 + 4 * 4 * 4);
        String phash = "data/phash-false-positive-summary.csv";
        assertThat(out.resolve(phash)).hasSameTextualContentAs(LabRuns.shared().resolve(phash));
    }

    private static List<List<String>> counts(Path out) throws IOException {
        List<String> lines = Files.readAllLines(out.resolve("data/churn-simulation.csv"));
        List<String> header = cells(lines.get(0));
        return lines.stream()
                .map(line -> COUNTS.stream()
                        .map(column -> cells(line.replace("recompressed, pixels equal", "recompressed"))
                                .get(header.indexOf(column)))
                        .toList())
                .toList();
    }

    private static List<String> cells(String line) {
        return List.of(line.replace("\"", "").split(",", -1));
    }

    @Test
    void workFolder_ofAnotherRun_isThrownAway(@TempDir Path folder) {
        new WorkFolder(folder, "one", false).finish("step", List.of(1));
        TypeReference<List<Integer>> type = new TypeReference<>() {};
        assertThat(new WorkFolder(folder, "one", false).finished("step", type)).contains(List.of(1));
        assertThat(new WorkFolder(folder, "one", true).finished("step", type)).isEmpty();
        new WorkFolder(folder, "one", false).finish("step", List.of(2));
        assertThat(new WorkFolder(folder, "two", false).finished("step", type)).isEmpty();
    }

    @Test
    void run_onPhotos_takesThemAsTheyAre(@TempDir Path out) throws IOException {
        LabOptions photos = options(out).images(Path.of("../examples/pictures")).build();
        Lab.run(photos, LabListener.NONE, new TinyEquipment());
        assertThat(Files.readString(out.resolve("report.html"))).contains("7 photos of pictures");
    }

    /** With the header that a good part of the real files has, and only as many meshes as are wanted. */
    @Test
    void modelNet_twoMeshesAClass_takesTheFirstOfTraining(@TempDir Path folder) throws IOException {
        for (String category : ParametricMeshes.categories()) {
            Path train = Files.createDirectories(
                    folder.resolve("net").resolve(category).resolve("train"));
            for (int number = 1; number <= 2; number++) {
                String off = OffFormat.format(ParametricMeshes.mesh(category, number, 5));
                Files.writeString(train.resolve(category + "_000" + number + ".off"), off.replaceFirst("OFF\n", "OFF"));
            }
        }
        Corpus corpus = new MeshCorpus(folder.resolve("out"), 1, 2).modelNet(folder.resolve("net"), StepProgress.NONE);
        assertThat(corpus.pictures())
                .extracting(Picture::name)
                .hasSize(20)
                .startsWith("airplane_0001_view0", "airplane_0001_view1", "bed_0001_view0")
                .noneMatch(name -> name.contains("_0002"));
    }

    @Test
    void run_onAFolderThatIsNoModelNet_isRefused(@TempDir Path out) {
        LabOptions wrong = options(out).modelNet(Path.of("src")).build();
        assertThatThrownBy(() -> Lab.run(wrong, LabListener.NONE, new TinyEquipment()))
                .isInstanceOf(LabException.class)
                .hasMessage("src is not a ModelNet40 folder: airplane/train is missing");
    }

    @Test
    void build_meshesAndPhotos_isRefused() {
        LabOptions.Builder both = LabOptions.builder().images(Path.of("a")).modelNet(Path.of("b"));
        assertThatThrownBy(both::build).isInstanceOf(IllegalArgumentException.class);
    }
}
