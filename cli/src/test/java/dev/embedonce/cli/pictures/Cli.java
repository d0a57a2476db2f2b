package dev.embedonce.cli.pictures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs the whole command in this process, as {@code Main} does but for the exit. */
public final class Cli {
    private Cli() {}

    /** What a command said and how it ended. */
    public record Result(int exitCode, String out, String err) {
        public JsonNode json() throws Exception {
            return new ObjectMapper().readTree(out);
        }

        /** Lines on standard error that are messages, without the hint how to get help. */
        public List<String> errors() {
            return err.lines().filter(line -> !line.startsWith("try: ")).toList();
        }
    }

    public static Result run(Object... arguments) throws Exception {
        return runWithInput("", arguments);
    }

    public static Result runWithInput(String input, Object... arguments) throws Exception {
        System.setProperty("java.awt.headless", "true");
        String[] texts = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
        // the door that Main.main goes through; it is open to its own package only
        Method run = Class.forName("dev.embedonce.cli.Main").getDeclaredMethod("run", String[].class);
        run.setAccessible(true);
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream capturedOut = new ByteArrayOutputStream();
        ByteArrayOutputStream capturedErr = new ByteArrayOutputStream();
        try (PrintStream newOut = new PrintStream(capturedOut, true, StandardCharsets.UTF_8);
                PrintStream newErr = new PrintStream(capturedErr, true, StandardCharsets.UTF_8)) {
            System.setOut(newOut);
            System.setErr(newErr);
            System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
            int exitCode = (int) run.invoke(null, (Object) texts);
            newOut.flush();
            newErr.flush();
            return new Result(
                    exitCode,
                    capturedOut.toString(StandardCharsets.UTF_8),
                    capturedErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
        }
    }

    /** Options that keep the cache in {@code folder}. */
    public static Object[] withStore(Path folder, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.add("--store");
        all.add("sqlite:" + folder.resolve("cache.db"));
        return all.toArray();
    }
}
