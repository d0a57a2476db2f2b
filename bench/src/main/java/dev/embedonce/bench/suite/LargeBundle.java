package dev.embedonce.bench.suite;

import dev.embedonce.bench.Benchmark;
import dev.embedonce.bench.Workbench;
import dev.embedonce.bench.fixture.Hashing;
import dev.embedonce.bench.fixture.OneBundle;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.store.MemoryStore;
import dev.embedonce.value.Entry;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.util.List;

/** A large feature bundle from the heap tier: it must be handed out, not copied. */
final class LargeBundle implements Benchmark {
    private static final String HIT = "hit, heap tier";
    private static final int CALLS = 200;
    private static final double KIB = 1024;

    @Override
    public String name() {
        return "bundle";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        byte[] picture = bench.pictures().bytes().get(0);
        OneBundle encoder = new OneBundle(bench.scale().bundleBytes());
        MessageDigest digest = Hashing.sha256();
        Findings findings = new Findings(name(), "A large feature bundle from the heap tier")
                .parameter("bundleBytes", bench.scale().bundleBytes())
                .parameter("pictureBytes", picture.length);
        try (FeatureCache cache = FeatureCache.over(new MemoryStore()).build()) {
            Entry first = cache.getOrCompute(picture, encoder);
            Measured measured = bench.rounds()
                    .run(List.of(
                            Contender.micros(Hashing.NAME, CALLS, () -> times(() -> digest.digest(picture))),
                            Contender.micros(
                                    HIT, CALLS, () -> times(() -> same(first, cache.getOrCompute(picture, encoder))))));
            findings.compare("us a call", Hashing.NAME, measured);
            findings.check("us beyond hashing, at most", 50, false, measured.differences(HIT, Hashing.NAME));
            double kib = allocatedBytes(() -> cache.getOrCompute(picture, encoder)) / KIB;
            findings.alone("allocated for a hit", "KiB", kib);
            findings.check("KiB allocated for a hit (no copy), at most", 16, false, kib);
        }
        return findings.result();
    }

    private static void times(Runnable call) {
        for (int i = 0; i < CALLS; i++) {
            call.run();
        }
    }

    private static void same(Entry expected, Entry found) {
        if (!found.tensors().keySet().equals(expected.tensors().keySet())) {
            throw new IllegalStateException("another bundle");
        }
    }

    private static double allocatedBytes(Runnable call) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        times(call);
        return (threads.getCurrentThreadAllocatedBytes() - before) / (double) CALLS;
    }
}
