package dev.embedonce.testkit;

import dev.embedonce.codec.Stored;
import dev.embedonce.error.CacheException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A second process that uses a store: a JVM with this test's class path. It writes batches of {@link TestEntries} and
 * prints a line for each that the store has acknowledged. Not thread-safe; {@link #close} kills it.
 */
public final class ChildStore implements AutoCloseable {
    private static final String OPENED = "opened";
    private static final String REFUSED = "refused ";
    private static final String ACKNOWLEDGED = "acknowledged ";
    private static final String DONE = "done";

    private final Process process;
    private final BufferedReader lines;

    private ChildStore(Process process) {
        this.process = process;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts a process that opens {@code url} and writes.
     *
     * @param firstSeed of the first entry
     * @param batches how many batches it writes before it closes the store and ends; 0 to open only
     * @param batchSize entries in a batch
     */
    public static ChildStore start(String url, long firstSeed, int batches, int batchSize) throws IOException {
        return new ChildStore(launch(
                ChildStore.class,
                url,
                Long.toString(firstSeed),
                Integer.toString(batches),
                Integer.toString(batchSize)));
    }

    /** Starts a JVM with this test's class path that runs the main method of {@code main}. */
    static Process launch(Class<?> main, String... arguments) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dfile.encoding=UTF-8",
                "-cp",
                classPath,
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /**
     * Waits for the store to be opened.
     *
     * @return null if it has been opened; otherwise the exception's class name, a space, and its message
     */
    public @Nullable String awaitOpen() throws IOException {
        String line = lines.readLine();
        if (OPENED.equals(line)) {
            return null;
        }
        if (line != null && line.startsWith(REFUSED)) {
            return line.substring(REFUSED.length());
        }
        throw new IOException("the child process said '" + line + "'");
    }

    /**
     * One acknowledged batch.
     *
     * @param batch its number, from 0
     * @param stored how many of its entries were not there before
     */
    public record Acknowledged(int batch, int stored) {}

    /** Waits for the next acknowledged batch; null when the process has written all or has died. */
    public @Nullable Acknowledged awaitAcknowledged() throws IOException {
        String line = lines.readLine();
        if (line == null || line.equals(DONE)) {
            return null;
        }
        // a process that is killed may leave half a line: it is not an acknowledgement
        String[] words = line.split(" ", -1);
        if (words.length != 4 || !line.startsWith(ACKNOWLEDGED) || !words[3].equals(".")) {
            return null;
        }
        return new Acknowledged(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    }

    /** Kills the process (SIGKILL), reads the acknowledgements that are left, and waits until it has ended. */
    public List<Acknowledged> kill() throws IOException, InterruptedException {
        // Process.destroyForcibly would also close the stream that is still to be read
        process.toHandle().destroyForcibly();
        List<Acknowledged> last = new ArrayList<>();
        for (Acknowledged a = awaitAcknowledged(); a != null; a = awaitAcknowledged()) {
            last.add(a);
        }
        process.waitFor();
        return last;
    }

    /** Waits for the process to end by itself. */
    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the child process did not end within 2 minutes");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The second process: URL, first seed, number of batches, batch size. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        long firstSeed = Long.parseLong(args[1]);
        int batches = Integer.parseInt(args[2]);
        int batchSize = Integer.parseInt(args[3]);
        CacheStore store;
        try {
            store = Stores.open(args[0]);
        } catch (CacheException e) {
            out.println(REFUSED + e.getClass().getSimpleName() + " " + e.getMessage());
            return;
        }
        try (store) {
            out.println(OPENED);
            for (int batch = 0; batch < batches; batch++) {
                long from = firstSeed + (long) batch * batchSize;
                Map<CacheKey, Stored.Sealed> records = TestEntries.batch(from, from + batchSize);
                Set<CacheKey> present = store.putAllIfAbsent(records);
                out.println(ACKNOWLEDGED + batch + " " + (records.size() - present.size()) + " .");
            }
        }
        out.println(DONE);
    }
}
