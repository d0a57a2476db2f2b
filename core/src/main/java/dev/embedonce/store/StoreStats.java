package dev.embedonce.store;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much a store holds.
 *
 * @param entries records of every kind, links included
 * @param sizeBytes bytes of headers and data
 * @param versions the same for each pair of versions, biggest first
 */
public record StoreStats(long entries, long sizeBytes, List<VersionStats> versions) {
    public StoreStats {
        versions = versions.stream()
                .sorted(Comparator.comparingLong(VersionStats::sizeBytes).reversed())
                .toList();
    }

    /** What one pair of model and preprocessing version holds. */
    public record VersionStats(String modelVersion, String preprocVersion, long entries, long sizeBytes) {}

    /** The sum of {@code versions}. */
    public static StoreStats of(List<VersionStats> versions) {
        return new StoreStats(
                versions.stream().mapToLong(VersionStats::entries).sum(),
                versions.stream().mapToLong(VersionStats::sizeBytes).sum(),
                versions);
    }

    /** Counts what is left of a listing: for stores that cannot count by themselves. */
    public static StoreStats of(StoreScan scan) {
        record Versions(String model, String preproc) {}
        Map<Versions, long[]> sums = new LinkedHashMap<>();
        while (scan.hasNext()) {
            StoredInfo info = scan.next();
            long[] sum = sums.computeIfAbsent(
                    new Versions(info.key().modelVersion(), info.key().preprocVersion()), v -> new long[2]);
            sum[0]++;
            sum[1] += info.sizeBytes();
        }
        return of(sums.entrySet().stream()
                .map(e -> new VersionStats(e.getKey().model(), e.getKey().preproc(), e.getValue()[0], e.getValue()[1]))
                .toList());
    }
}
