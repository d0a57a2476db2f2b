package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.BundleProbe;
import dev.embedonce.bench.fixture.Hashing;
import dev.embedonce.bench.fixture.OneBundle;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.store.Stores;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Entry;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;

/**
 * A large feature bundle: the heap tier must return it without a copy; from disk it must not leave garbage that nobody
 * collects.
 */
final class LargeBundle implements Benchmark {
    private static final String HIT = "hit, heap tier";
    private static final String DISK = "hit, from disk";
    private static final int CALLS = 200;

    /** The most microseconds that a bundle from disk may take beyond hashing. */
    private static final int MOST_FROM_DISK = 15_000;

    private static final int MOST_BESIDE_TIER = 1_024;
    private static final double KIB = 1024;

    @Override
    public String name() {
        return "bundle";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        byte[] picture = bench.pictures().bytes().get(0);
        int bytes = bench.scale().bundleBytes();
        OneBundle encoder = new OneBundle(bytes);
        MessageDigest digest = Hashing.sha256();
        long tier = BundleProbe.tierBytes(bytes);
        Findings findings = new Findings(name(), "A large feature bundle from the heap tier and from disk")
                .parameter("bundleBytes", bytes)
                .parameter("pictureBytes", picture.length)
                .parameter("tierBytes", tier)
                .note(
                        "From disk: the files store, heap tier off. Memory is that of a process of its own, with a largest heap of"
                                + " 4 GB and the collector G1, that has looked nine bundles up in turn twenty times, with a heap tier"
                                + " for five.");
        Path folder = bench.emptyFolder(name());
        try (FeatureCache cache = FeatureCache.over(new MemoryStore()).build();
                FeatureCache onDisk = FeatureCache.over(Stores.open("files:" + folder.resolve("one")))
                        .heapBytes(0)
                        .build()) {
            Entry first = cache.getOrCompute(picture, encoder);
            onDisk.getOrCompute(picture, encoder);
            Measured measured = bench.rounds()
                    .run(List.of(
                            Contender.micros(Hashing.NAME, CALLS, () -> times(() -> digest.digest(picture))),
                            Contender.micros(
                                    HIT, CALLS, () -> times(() -> same(first, cache.getOrCompute(picture, encoder)))),
                            Contender.micros(DISK, 1, () -> same(first, onDisk.getOrCompute(picture, encoder)))));
            findings.compare("us a call", Hashing.NAME, measured);
            findings.check("us beyond hashing, at most", 50, false, measured.differences(HIT, Hashing.NAME));
            double kib = allocatedBytes(() -> cache.getOrCompute(picture, encoder)) / KIB;
            findings.alone("allocated for a hit", "KiB", kib);
            double mib = BundleProbe.start(folder.resolve("nine"), bytes).ownMib();
            findings.alone("in turn from disk, memory of its own", "MiB", mib);
            findings.check("KiB allocated for a hit (no copy), at most", 16, false, kib);
            findings.check(
                    "us from disk beyond hashing, at most",
                    MOST_FROM_DISK,
                    false,
                    measured.differences(DISK, Hashing.NAME));
            findings.check(
                    "in turn from disk: memory beside the tier, MiB, at most",
                    MOST_BESIDE_TIER,
                    false,
                    mib - tier / KIB / KIB);
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
