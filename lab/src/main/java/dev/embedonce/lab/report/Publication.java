package dev.embedonce.lab.report;

import dev.embedonce.lab.LabResults;
import dev.embedonce.lab.corpus.Corpus;
import java.nio.file.Path;

/** Writes everything that readers get. */
public final class Publication {
    private final Path out;

    public Publication(Path out) {
        this.out = out;
    }

    public Path write(LabResults results, Corpus corpus) {
        return out.resolve("report.html");
    }
}
