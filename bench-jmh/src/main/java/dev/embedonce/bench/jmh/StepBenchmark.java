package dev.embedonce.bench.jmh;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Entry;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a hit is made of, step by step: 50 KB hashed, a key built, an entry of 384 numbers encoded and decoded. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StepBenchmark {
    private final byte[] picture = Sample.picture(0);
    private final ContentHasher hasher = ContentHasher.sha256();
    private final ContentHash hash = hasher.hash(picture);
    private final CacheKey key = new CacheKey(Sample.MODEL, Sample.PIXELS, hash);
    private final Entry entry = Sample.entry();
    private final EntryCodec codec = new EntryCodec(null);
    private final Stored stored = codec.encode(key, entry);

    @Benchmark
    public ContentHash hash() {
        return hasher.hash(picture);
    }

    @Benchmark
    public CacheKey key() {
        return new CacheKey(Sample.MODEL, Sample.PIXELS, hash);
    }

    @Benchmark
    public Stored encode() {
        return codec.encode(key, entry);
    }

    @Benchmark
    public Lookup decode() {
        return codec.decode(key, stored);
    }
}
