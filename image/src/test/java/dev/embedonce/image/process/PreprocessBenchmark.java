package dev.embedonce.image.process;

import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.hash.HammingIndex;
import dev.embedonce.image.resize.ResampleFilter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Times decoding and preprocessing on one thread: {@code PreprocessBenchmark FILE...}. Prints the median and the best
 * of the second half of the rounds, in milliseconds of processor time, for the whole of {@link ImageProcessor#process}
 * and for {@link ImageDecoder#decode}; then the all-pairs search over a million hashes.
 */
final class PreprocessBenchmark {
    private static final long BUDGET_NANOS = 4_000_000_000L;

    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private PreprocessBenchmark() {}

    public static void main(String[] files) throws IOException {
        ImageProcessor processor = ImageProcessor.builder()
                .resize(new ResizeRule.ShortestEdge(256), ResampleFilter.BICUBIC)
                .centreCrop(224, 224)
                .math(ChannelMath.none().normalised(new double[] {127}, new double[] {128}))
                .build();
        ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY);
        for (String file : files) {
            byte[] bytes = Files.readAllBytes(Path.of(file));
            report(file + " process", () -> processor.process(bytes));
            report(file + " decode", () -> decoder.decode(bytes));
        }
        hashes();
    }

    private static void report(String what, Runnable work) {
        long[] nanos = new long[1_000_000];
        int rounds = 0;
        long until = System.nanoTime() + BUDGET_NANOS;
        while (System.nanoTime() < until && rounds < nanos.length) {
            long start = CPU.getCurrentThreadCpuTime();
            work.run();
            nanos[rounds++] = CPU.getCurrentThreadCpuTime() - start;
        }
        long[] warm = Arrays.copyOfRange(nanos, rounds / 2, rounds);
        Arrays.sort(warm);
        System.out.printf(
                Locale.ROOT,
                "%-50s median %7.3f ms, best %7.3f ms%n",
                what,
                warm[warm.length / 2] / 1e6,
                warm[0] / 1e6);
    }

    private static void hashes() {
        Random random = new Random(1);
        long[] hashes = new long[1_000_000];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = i % 10 == 9 ? hashes[i - 1] ^ (1L << random.nextInt(64)) : random.nextLong();
        }
        for (int distance : new int[] {4, 7}) {
            long start = CPU.getCurrentThreadCpuTime();
            HammingIndex index = HammingIndex.of(hashes, distance);
            long built = CPU.getCurrentThreadCpuTime();
            int[] pairs = new int[1];
            index.forEachPair((first, second, d) -> pairs[0]++);
            System.out.printf(
                    Locale.ROOT,
                    "1000000 hashes, distance %d: built in %.2f s, %d pairs in %.2f s%n",
                    distance,
                    (built - start) / 1e9,
                    pairs[0],
                    (CPU.getCurrentThreadCpuTime() - built) / 1e9);
        }
    }
}
