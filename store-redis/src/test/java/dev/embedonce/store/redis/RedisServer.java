package dev.embedonce.store.redis;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A redis-server or valkey-server of the test's own, on loopback, with its own folder. Where there is no such program
 * the test is skipped, or fails if the environment says {@code CI=true}. Ends only the process it has started. Not
 * thread-safe.
 */
final class RedisServer implements AutoCloseable {
    private final Path folder;
    private final int port;
    private final List<String> command;
    private @Nullable Process process;

    private RedisServer(Path folder, int port, List<String> command) {
        this.folder = folder;
        this.port = port;
        this.command = command;
    }

    /** Starts a server with further options, such as {@code --appendonly yes}. */
    static RedisServer start(String... options) throws IOException, InterruptedException {
        Optional<Path> program = program();
        if (program.isEmpty()) {
            String reason = "no redis-server or valkey-server on the path";
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        }
        Path folder = Files.createTempDirectory("embedonce-redis");
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                program.orElseThrow().toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--dir",
                folder.toString(),
                "--save",
                ""));
        List<String> all = Arrays.asList(options);
        if (all.contains("--tls-port")) {
            command.set(command.indexOf("--port") + 1, "0");
            all.set(all.indexOf("--tls-port") + 1, Integer.toString(port));
        }
        command.addAll(all);
        RedisServer server = new RedisServer(folder, port, command);
        server.startAgain();
        return server;
    }

    private static Optional<Path> program() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .flatMap(folder -> Stream.of("redis-server", "valkey-server").map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    /** The URL of a store whose keys start with {@code prefix}. */
    String url(String prefix) {
        return "redis://127.0.0.1:" + port + "/0?prefix=" + prefix;
    }

    /** Starts the server again after {@link #stop}, or for the first time. */
    void startAgain() throws IOException, InterruptedException {
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        process = started;
        for (int i = 0; i < 300; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException e) {
                if (!started.isAlive()) {
                    break;
                }
                Thread.sleep(50);
            }
        }
        throw new IOException("redis-server does not start: " + Files.readString(folder.resolve("log")));
    }

    /** Ends the server as a crash would, or gently. */
    void stop(boolean gently) throws InterruptedException {
        Process running = process;
        if (running == null) {
            return;
        }
        if (gently) {
            running.destroy();
        } else {
            running.destroyForcibly();
        }
        if (!running.waitFor(20, TimeUnit.SECONDS)) {
            running.destroyForcibly().waitFor();
        }
        process = null;
    }

    /** Sends the process a signal, such as {@code STOP} and {@code CONT}. */
    void signal(String name) throws IOException, InterruptedException {
        Process running = process;
        if (running != null) {
            new ProcessBuilder("kill", "-" + name, Long.toString(running.pid()))
                    .start()
                    .waitFor();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            stop(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping the server", e);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
