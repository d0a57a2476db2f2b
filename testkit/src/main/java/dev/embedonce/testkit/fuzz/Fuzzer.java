package dev.embedonce.testkit.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs Jazzer on one reader, in a JVM of its own with this test's class path, for a bounded number of inputs. Jazzer
 * changes the seeds, and changes further whatever reaches a new branch of our code.
 *
 * <p>The target class has a method {@code public static void fuzzerTestOneInput(byte[] data)}. It gives the data to the
 * reader, catches what the reader may say about a bad input, and throws for everything that must not happen: any other
 * exception or error that leaves it is a finding, and so is an input that takes longer than {@link #inputLimit} or ends
 * the JVM.
 *
 * <p>A smoke run has a fixed seed and a fixed number of inputs, so that a slow machine tries no less than a quick one.
 * {@code -Dembedonce.fuzz.seconds=600} fuzzes for that long instead, {@code -Dembedonce.fuzz.seed=N} changes the seed,
 * 0 to let Jazzer choose. Not thread-safe.
 */
public final class Fuzzer {
    private static final int KEPT_LINES = 60;
    /**
     * For a run that a number of inputs bounds, and what a longer one needs beside its time: only what hangs takes
     * this long.
     */
    private static final int MOST_SECONDS = 900;

    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second.*");

    private final Class<?> target;
    private final List<byte[]> seeds = new ArrayList<>();
    private int runs = 10_000;
    private int inputLimitSeconds = 60;
    private int heapMebibytes = 512;
    private int maxInputBytes = 1 << 16;

    private Fuzzer(Class<?> target) {
        this.target = target;
    }

    /**
     * What a run without a finding did.
     *
     * @param executions how many inputs were tried
     * @param seconds how long, in whole seconds
     */
    public record Report(long executions, int seconds) {}

    /** A run on {@code target}, a public class. */
    public static Fuzzer of(Class<?> target) {
        return new Fuzzer(target);
    }

    /** An input to begin with. */
    public Fuzzer seed(byte[] input) {
        seeds.add(input.clone());
        return this;
    }

    /** How many inputs a smoke run tries; the property {@code embedonce.fuzz.seconds} bounds the time instead. */
    public Fuzzer runs(int smoke) {
        this.runs = smoke;
        return this;
    }

    /**
     * How long one input may take, in seconds: far more than it needs on a busy machine, so that only what hangs is
     * found.
     */
    public Fuzzer inputLimit(int limitSeconds) {
        this.inputLimitSeconds = limitSeconds;
        return this;
    }

    /** The heap of the JVM, in MiB: an {@link OutOfMemoryError} that leaves the target is a finding. */
    public Fuzzer heap(int mebibytes) {
        this.heapMebibytes = mebibytes;
        return this;
    }

    /** The longest input that is made, in bytes; seeds that are longer are cut. */
    public Fuzzer maxInput(int bytes) {
        this.maxInputBytes = bytes;
        return this;
    }

    /**
     * Fuzzes.
     *
     * @param folder an empty folder for the inputs: a finding stays there as {@code crash-…}, {@code timeout-…} or
     *     {@code oom-…}, to be run again by giving it to the target
     * @throws AssertionError if there is a finding, with its exception, its stack and the input in base64
     */
    public Report run(Path folder) throws IOException, InterruptedException {
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path given = Files.createDirectories(folder.resolve("seeds"));
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(given.resolve("seed-" + i), seeds.get(i));
        }
        int seconds = Integer.getInteger("embedonce.fuzz.seconds", 0);
        Process process = new ProcessBuilder(command(folder, corpus, given, seconds))
                .redirectErrorStream(true)
                .start();
        Thread end = endAfter(process, seconds + MOST_SECONDS);
        Deque<String> lines = new ArrayDeque<>();
        Report report = new Report(0, 0);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (lines.size() > KEPT_LINES) {
                    lines.remove();
                }
                Matcher done = DONE.matcher(line);
                if (done.matches()) {
                    report = new Report(Long.parseLong(done.group(1)), Integer.parseInt(done.group(2)));
                }
            }
        } finally {
            end.interrupt();
            process.destroyForcibly();
        }
        int status = process.waitFor();
        if (status != 0 || report.executions() == 0) {
            throw new AssertionError("fuzzing " + target.getName() + " ended with " + status + " after its inputs in "
                    + folder + ":\n" + String.join("\n", lines));
        }
        return report;
    }

    private List<String> command(Path folder, Path corpus, Path given, int seconds) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(
                java,
                "-Xmx" + heapMebibytes + "m",
                "-XX:+UseSerialGC",
                // a smoke run ends before code of the second compiler pays
                "-XX:TieredStopAtLevel=" + (seconds > 0 ? 4 : 1),
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-Dfile.encoding=UTF-8",
                "-cp",
                classPath,
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=dev.embedonce.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                seconds > 0 ? "-max_total_time=" + seconds : "-runs=" + runs,
                "-timeout=" + inputLimitSeconds,
                "-rss_limit_mb=0", // the heap is bounded; what the JVM needs beside it is no finding
                "-max_len=" + maxInputBytes,
                "-seed=" + Integer.getInteger("embedonce.fuzz.seed", 20260101),
                corpus.toString(),
                given.toString());
    }

    /** Ends a process that does not end by itself, so that a test never waits for ever. */
    private static Thread endAfter(Process process, long limitSeconds) {
        Thread thread = new Thread(() -> {
            try {
                Thread.sleep(limitSeconds * 1000);
                process.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the run has ended
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
