package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import java.util.List;

/** Opening a store of very many rows. */
final class OpenStore implements Benchmark {
    private static final double NANOS_PER_MILLI = 1e6;

    @Override
    public String name() {
        return "open";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        bench.stores().full();
        Measured measured = bench.rounds().run(List.of(opening(bench, "sqlite"), opening(bench, "duckdb")));
        Findings findings = new Findings(name(), "Opening a store of very many rows")
                .parameter("rows", bench.scale().rows());
        measured.values()
                .forEach((store, millis) ->
                        findings.alone(store, "ms", millis).check(store + ", ms to open, at most", 50, false, millis));
        return findings.result();
    }

    private static Contender opening(Workbench bench, String scheme) {
        String url = bench.stores().url(scheme);
        return new Contender(scheme, () -> {
            long start = System.nanoTime();
            try (CacheStore store = Stores.open(url)) {
                store.capabilities();
                return (System.nanoTime() - start) / NANOS_PER_MILLI;
            }
        });
    }
}
