package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.Embed;
import dev.embedonce.bench.fixture.Launcher;
import dev.embedonce.bench.fixture.Photos;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The command for one picture, from the shell's call to the end of the process. */
final class Start implements Benchmark {
    private static final String NOTHING = "embedonce --version";
    private static final String KNOWN = "embed one picture, known";
    private static final String NEW = "embed one picture, empty cache";
    private static final double MOST_MILLIS = 700;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        Path folder = bench.emptyFolder(name());
        Findings findings = new Findings(name(), "The command embed for one picture, each time a process of its own")
                .parameter("pixels", "300 x 200, JPEG");
        Optional<Launcher> launcher = Launcher.find(folder);
        if (launcher.isEmpty()) {
            return findings.note(Launcher.MISSING).result();
        }
        findings.parameter("class archive", launcher.get().hasClassArchive() ? "yes" : "no");
        Path picture = Photos.make(1, 300, 200, bench.seed())
                .write(folder.resolve("photo"), "jpg")
                .get(0);
        Path warm = folder.resolve("warm.db");
        Embed.run(picture, warm);
        int[] run = {0};
        Measured measured = bench.rounds()
                .run(List.of(
                        launcher.get().millis(NOTHING, () -> List.of("--version")),
                        launcher.get().millis(KNOWN, () -> Embed.arguments(picture, warm)),
                        launcher.get()
                                .millis(
                                        NEW,
                                        () -> Embed.arguments(picture, folder.resolve("cold-" + run[0]++ + ".db")))));
        return findings.compare("ms", NOTHING, measured)
                .check(KNOWN + ", ms, at most", MOST_MILLIS, false, measured.of(KNOWN))
                .check(NEW + ", ms, at most", MOST_MILLIS, false, measured.of(NEW))
                .result();
    }
}
