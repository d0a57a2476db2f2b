package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Result;

/** One question, asked of several contenders in turn. */
public interface Benchmark {
    /** One word: what it is called on the command line, in file names and in the documentation. */
    String name();

    /** Measures. It leaves nothing open and writes only to folders of the bench. */
    Result run(Workbench bench) throws Exception;
}
