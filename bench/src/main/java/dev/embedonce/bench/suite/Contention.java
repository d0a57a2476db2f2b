package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.Hashing;
import dev.embedonce.bench.fixture.Known;
import dev.embedonce.bench.fixture.Parallel;
import dev.embedonce.bench.fixture.Pictures;
import dev.embedonce.bench.fixture.WarmCache;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Many threads that ask one cache for one picture at a time. */
final class Contention implements Benchmark {
    private static final List<Integer> THREADS = List.of(1, 2, 8, 32);
    private static final double MOST_BESIDE_HASHING = 1.6;
    private static final String HEAP = "heap tier";
    private static final String STORE = "sqlite";

    @Override
    public String name() {
        return "contention";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        Path folder = bench.emptyFolder(name());
        Pictures pictures = bench.pictures();
        String url = "sqlite:" + folder.resolve("cache.db");
        Known known = Known.fill(url, pictures, bench.seed());
        Findings findings = new Findings(name(), "Many threads ask one cache, one picture a call")
                .parameter("pictures", pictures.count())
                .parameter("pictureBytes", bench.scale().pictureBytes())
                .note(
                        "Wall time divided by pictures, over all threads; each line beside hashing with as many threads.");
        try (WarmCache heap = WarmCache.withDefaults(url, known);
                WarmCache store = WarmCache.storeOnly(url, known)) {
            List<Contender> contenders = new ArrayList<>();
            List<Parallel> pools = new ArrayList<>();
            for (int threads : THREADS) {
                Parallel pool = new Parallel(threads);
                pools.add(pool);
                List<List<byte[]>> parts = pictures.split(threads);
                contenders.add(each(hashing(threads), pool, parts, part -> Hashing.all(Hashing.sha256(), part)));
                contenders.add(each(HEAP + label(threads), pool, parts, part -> singly(heap, part)));
                contenders.add(each(STORE + label(threads), pool, parts, part -> singly(store, part)));
            }
            Measured measured = bench.rounds().run(contenders);
            pools.forEach(Parallel::close);
            for (int threads : THREADS) {
                String hashing = hashing(threads);
                String heaps = HEAP + label(threads);
                String stores = STORE + label(threads);
                findings.compare("us a picture", hashing, measured.only(List.of(hashing, heaps, stores)))
                        .atMostTimes(MOST_BESIDE_HASHING, measured, heaps, hashing)
                        .atMostTimes(MOST_BESIDE_HASHING, measured, stores, hashing);
            }
        }
        return findings.result();
    }

    private static void singly(WarmCache cache, List<byte[]> pictures) {
        pictures.forEach(one -> cache.cache().getOrCompute(one, Known.encoder()));
    }

    private static String hashing(int threads) {
        return Hashing.NAME + label(threads);
    }

    private static String label(int threads) {
        return threads == 1 ? " (1 thread)" : " (" + threads + " threads)";
    }

    private static Contender each(String name, Parallel pool, List<List<byte[]>> parts, Consumer<List<byte[]>> work) {
        int pictures = parts.stream().mapToInt(List::size).sum();
        return Contender.micros(name, pictures, () -> pool.each(parts, work));
    }
}
