package dev.embedonce.lab.figure;

import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.data.LabResults;
import java.util.List;

/** The eight figures of the article, drawn from a run's own results. */
public final class Figures {
    private Figures() {}

    /** All of them, in order. */
    public static List<Figure> of(LabResults results, Corpus corpus) {
        return List.of(
                new KeyDiagram(),
                new SteadyState(results.churn()),
                new CumulativeEncoderTime(results.churn()),
                new HitRate(results.churn()),
                new Collisions(results.phash(), corpus),
                new LookupFlow(),
                new Throughput(results.sweep()),
                new OneRender(corpus, results.environment().seed()));
    }
}
