package dev.embedonce.lab.report;

import dev.embedonce.lab.base.LabException;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.data.DataFiles;
import dev.embedonce.lab.data.LabResults;
import dev.embedonce.lab.figure.Figure;
import dev.embedonce.lab.figure.FigureWriter;
import dev.embedonce.lab.figure.FigureWriter.Drawing;
import dev.embedonce.lab.figure.Figures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes everything that readers get: tables as CSV, figures, and the report. */
public final class Publication {
    private final Path out;
    private final FigureWriter writer = new FigureWriter();

    /**
     * A publication.
     *
     * @param out where {@code data/}, {@code figures/} and {@code report.html} go
     * @throws LabException if no figure can be drawn on this machine
     */
    public Publication(Path out) {
        this.out = out;
    }

    /**
     * Writes it all.
     *
     * @return the report's file
     */
    public Path write(LabResults results, Corpus corpus) {
        try {
            new DataFiles(out.resolve("data")).write(results);
            List<Drawing> drawings = new ArrayList<>();
            for (Figure figure : Figures.of(results, corpus)) {
                drawings.add(writer.write(figure, out.resolve("figures")));
            }
            return HtmlReport.write(results, drawings, out.resolve("report.html"));
        } catch (IOException e) {
            throw new LabException("cannot write below " + out + ": " + e.getMessage(), e);
        }
    }
}
