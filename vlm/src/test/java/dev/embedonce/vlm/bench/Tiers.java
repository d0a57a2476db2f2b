package dev.embedonce.vlm.bench;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two caches over one folder of their own, which goes with them: one with a memory tier, and one without, whose hits
 * are disk hits.
 */
final class Tiers implements AutoCloseable {
    private final Path folder = Files.createTempDirectory("vlm-benchmark");
    final FeatureCache disk = over(folder, 0);
    final FeatureCache memory = over(folder, 1L << 30);

    Tiers() throws IOException {}

    private static FeatureCache over(Path folder, long heapBytes) {
        return FeatureCache.over(Stores.open("files:" + folder))
                .heapBytes(heapBytes)
                .build();
    }

    @Override
    public void close() throws IOException {
        memory.close();
        disk.close();
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
