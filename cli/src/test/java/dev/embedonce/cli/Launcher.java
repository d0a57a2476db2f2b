package dev.embedonce.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the launcher at the root of the checkout, as a user would. */
final class Launcher {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final long TIMEOUT_SECONDS = 120;

    static {
        prepareStarts();
    }

    /** What a command said and how it ended. */
    record Result(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    private final Path store;

    /** Commands that keep their cache in {@code store}. */
    Launcher(Path store) {
        this.store = store;
    }

    Result run(Object... arguments) throws Exception {
        return runWithInput("", arguments);
    }

    Result runWithInput(String input, Object... arguments) throws Exception {
        return runIn(null, input, arguments);
    }

    /** Runs a command in a locale such as {@code C}; null for that of the tests. */
    Result runIn(@Nullable String locale, String input, Object... arguments) throws Exception {
        Process process = start(locale, arguments);
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        return finish(process);
    }

    Process start(Object... arguments) throws IOException {
        return start(null, arguments);
    }

    private Process start(@Nullable String locale, Object[] arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ROOT.resolve("embedonce").toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("EMBEDONCE_BUILD", "never");
        builder.environment().put("EMBEDONCE_STORE", "sqlite:" + store);
        builder.environment().put("EMBEDONCE_JAVA_OPTS", "-Xmx1g -XX:TieredStopAtLevel=1"); // as the tests' own JVMs
        if (locale != null) {
            builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
            builder.environment().put("LC_ALL", locale);
        }
        return builder.start();
    }

    /** What a first build does for its user: without it every command takes twice the processor time. */
    private static void prepareStarts() {
        ProcessBuilder builder = new ProcessBuilder(ROOT.resolve("embedonce").toString()).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("EMBEDONCE_BUILD", "prepare");
        try {
            if (builder.start().waitFor() != 0) {
                throw new AssertionError("the launcher could not prepare what was built");
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("the launcher did not start", e);
        }
    }

    static Result finish(Process process) throws Exception {
        CompletableFuture<String> out = read(process.getInputStream());
        CompletableFuture<String> err = read(process.getErrorStream());
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + TIMEOUT_SECONDS + " s: " + out.get() + err.get());
        }
        return new Result(process.exitValue(), out.get(), err.get());
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                return "";
            }
        });
    }
}
