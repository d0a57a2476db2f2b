package dev.embedonce.bench;

import java.time.Duration;
import java.util.List;

/**
 * How large everything is.
 *
 * @param pictures in a pass
 * @param pictureBytes of one, on average
 * @param files in a folder
 * @param folders numbers of files in a folder, growing, each a multiple of the first
 * @param levels numbers of rows in a store, growing
 * @param rounds that count, at most
 * @param patience how long one comparison goes on taking rounds
 * @param bundleBytes of a large feature bundle
 */
public record Scale(
        String name,
        int pictures,
        int pictureBytes,
        int files,
        List<Integer> folders,
        List<Integer> levels,
        int rounds,
        Duration patience,
        int bundleBytes) {
    static final Scale FULL = new Scale(
            "full",
            800,
            50_000,
            20_000,
            List.of(1_000, 10_000, 100_000),
            List.of(1_000, 10_000, 100_000, 1_000_000),
            15,
            Duration.ofSeconds(20),
            20 << 20);
    static final Scale QUICK = new Scale(
            "quick",
            200,
            50_000,
            4_000,
            List.of(1_000, 4_000),
            List.of(1_000, 20_000),
            5,
            Duration.ofSeconds(3),
            20 << 20);
    static final Scale TINY =
            new Scale("tiny", 8, 2_000, 40, List.of(20, 40), List.of(20, 60), 3, Duration.ofMillis(200), 1 << 20);

    /** The largest number of rows. */
    public int rows() {
        return levels.get(levels.size() - 1);
    }
}
