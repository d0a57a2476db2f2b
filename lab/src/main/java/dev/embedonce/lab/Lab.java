package dev.embedonce.lab;

import dev.embedonce.lab.base.LabException;
import dev.embedonce.lab.data.LabResults;
import dev.embedonce.lab.experiment.LabEncoder;
import dev.embedonce.lab.report.Publication;
import java.nio.file.Path;

/**
 * Runs the article's experiments on this software and writes the results: {@code data/*.csv}, {@code figures/*}, {@code
 * report.html} below {@link LabOptions#out()}. Steps that an interrupted run had finished are kept in {@code work/}
 * there and not repeated, as long as options, encoder and pictures are the same.
 */
public final class Lab {
    private Lab() {}

    /**
     * Runs everything.
     *
     * @return the report's file
     * @throws LabException if the run cannot go on; what was finished is kept
     */
    public static Path run(LabOptions options, LabListener listener) {
        return run(options, listener, new InstalledEncoders(options));
    }

    /** As {@link #run(LabOptions, LabListener)}, with the caller's equipment. */
    static Path run(LabOptions options, LabListener listener, Equipment equipment) {
        Publication publication =
                new Publication(options.out()); // fails now, not after half an hour, if nothing can be drawn
        try (LabEncoder encoder = equipment.own(Equipment.BATCH)) {
            LabRun run = new LabRun(options, listener, equipment, encoder);
            LabResults results = run.measure();
            return publication.write(results, run.corpus());
        }
    }
}
