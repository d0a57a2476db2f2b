package dev.embedonce.bench.suite;

import java.util.List;

/** All benchmarks, in the order in which they run: those that need the stores of many rows smaller come first. */
public final class Suite {
    private Suite() {}

    public static List<Benchmark> all() {
        return List.of(
                new WarmPass(),
                new Growth(),
                new ManyRows(),
                new OneHit(),
                new BulkFill(),
                new OpenStore(),
                new LargeBundle(),
                new Contention(),
                new ColdPass(),
                new EmbedCold(),
                new Preprocess(),
                new EncoderAlone(),
                new EmbedWarm(),
                new EmbedGrowth(),
                new Start());
    }
}
