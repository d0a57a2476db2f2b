package dev.embedonce.bench.jmh;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.FunctionEncoder;
import dev.embedonce.store.Stores;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One {@code getOrCompute} that hits, of a picture of 50 KB: from the heap tier, or from a SQLite store of a thousand
 * rows.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // by open()
public class HitBenchmark {
    private static final int PICTURES = 1_000;
    private static final long HEAP_TIER = 64L << 20;

    /** Where the answer comes from: {@code heap} or {@code sqlite}. */
    @Param({"heap", "sqlite"})
    public String from;

    private final List<byte[]> pictures =
            IntStream.range(0, PICTURES).mapToObj(Sample::picture).toList();
    private final FunctionEncoder encoder = Sample.encoder();
    private Path folder;
    private FeatureCache cache;
    private int next;

    /** Fills a store. */
    @Setup
    public void open() throws IOException {
        folder = Files.createTempDirectory("embedonce-jmh");
        cache = FeatureCache.over(Stores.open("sqlite:" + folder.resolve("cache.db")))
                .heapBytes(from.equals("heap") ? HEAP_TIER : 0)
                .build();
        cache.getOrComputeAll(pictures, encoder);
    }

    /** Removes it. */
    @TearDown
    public void close() throws IOException {
        cache.close();
        Files.deleteIfExists(folder.resolve("cache.db"));
        Files.delete(folder);
    }

    @Benchmark
    public Entry hit() {
        next = (next + 1) % PICTURES;
        return cache.getOrCompute(pictures.get(next), encoder);
    }
}
