package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.GrowingStores;
import dev.embedonce.bench.fixture.Hashing;
import dev.embedonce.bench.fixture.Known;
import dev.embedonce.bench.fixture.WarmCache;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.bench.measure.Spread;
import dev.embedonce.feature.FunctionEncoder;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Consumer;

/** The median time of one call for one known picture. */
final class OneHit implements Benchmark {
    private static final String SQLITE = "one hit, sqlite";
    private static final String HEAP = "one hit, heap tier";

    @Override
    public String name() {
        return "hit";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        GrowingStores stores = bench.stores();
        Known known = stores.full();
        List<byte[]> pictures = known.pictures().bytes();
        MessageDigest digest = Hashing.sha256();
        FunctionEncoder encoder = Known.encoder();
        Findings findings = new Findings(name(), "One call for one known picture: the median of single calls")
                .parameter("rows", bench.scale().rows())
                .parameter("pictures", pictures.size())
                .parameter("pictureBytes", bench.scale().pictureBytes());
        try (WarmCache sqlite = WarmCache.storeOnly(stores.url("sqlite"), known);
                WarmCache heap = WarmCache.withDefaults(stores.url("sqlite"), known)) {
            Measured measured = bench.rounds()
                    .run(List.of(
                            p50(Hashing.NAME, pictures, one -> digest.digest(one)),
                            p50(SQLITE, pictures, one -> sqlite.cache().getOrCompute(one, encoder)),
                            p50(HEAP, pictures, one -> heap.cache().getOrCompute(one, encoder))));
            findings.compare("us, p50", Hashing.NAME, measured)
                    .atMostTimes(1.6, measured, SQLITE, Hashing.NAME)
                    .atMostTimes(1.2, measured, HEAP, Hashing.NAME);
        }
        return findings.result();
    }

    private static Contender p50(String name, List<byte[]> pictures, Consumer<byte[]> call) {
        return new Contender(name, () -> {
            double[] micros = new double[pictures.size()];
            for (int i = 0; i < micros.length; i++) {
                long start = System.nanoTime();
                call.accept(pictures.get(i));
                micros[i] = (System.nanoTime() - start) / 1e3;
            }
            return Spread.of(micros).median();
        });
    }
}
