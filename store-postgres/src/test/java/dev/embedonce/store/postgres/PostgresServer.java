package dev.embedonce.store.postgres;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
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
 * A PostgreSQL server of the test's own, on loopback, with its own data folder. The server refuses to run as root, so
 * root runs it as the user postgres. Where there is no such program the test is skipped, or fails if the environment
 * says {@code CI=true}. Ends only the process it has started. Not thread-safe.
 */
final class PostgresServer implements AutoCloseable {
    static final String USER = "tester";
    static final String PASSWORD = "s3cr3t-p4ss";

    private final Path programs;
    private final Path folder;
    private final int port;
    private final List<String> options;
    private @Nullable Process process;

    private PostgresServer(Path programs, Path folder, int port, List<String> options) {
        this.programs = programs;
        this.folder = folder;
        this.port = port;
        this.options = options;
    }

    /** Starts a server that asks for {@link #PASSWORD}, with further settings such as {@code ssl=on}. */
    static PostgresServer start(String... settings) throws IOException, InterruptedException {
        Optional<Path> programs = programs();
        if (programs.isEmpty()) {
            String reason = "no PostgreSQL server (initdb and postgres) on the path or in /usr/lib/postgresql";
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        }
        Path folder = Files.createTempDirectory("embedonce-postgres");
        Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        if (isRoot()) {
            run(List.of("chown", "-R", "postgres", folder.toString()));
        }
        List<String> options = new ArrayList<>();
        for (String setting : settings) {
            options.addAll(List.of("-c", setting));
        }
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        PostgresServer server = new PostgresServer(programs.orElseThrow(), folder, port, options);
        run(server.asUser(
                "initdb",
                "-D",
                folder.resolve("data").toString(),
                "-U",
                USER,
                "-A",
                "scram-sha-256",
                "--pwfile=" + folder.resolve("password"),
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync"));
        server.startAgain();
        return server;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static Optional<Path> programs() throws IOException {
        List<Path> folders = new ArrayList<>();
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(Path::of)
                .forEach(folders::add);
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (DirectoryStream<Path> versions = Files.newDirectoryStream(debian)) {
                versions.forEach(version -> folders.add(version.resolve("bin")));
            }
        }
        return folders.stream()
                .filter(bin -> Files.isExecutable(bin.resolve("initdb")) && Files.isExecutable(bin.resolve("postgres")))
                .findFirst();
    }

    private List<String> asUser(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(new File(System.getProperty("java.io.tmpdir", "/tmp")))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command.get(0) + " failed: " + output);
        }
    }

    int port() {
        return port;
    }

    /** The URL of a store in a schema of its own. */
    String url(String schema) {
        return "postgresql://" + USER + ":" + PASSWORD + "@127.0.0.1:" + port + "/postgres?schema=" + schema;
    }

    /** A connection past the store. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", USER, PASSWORD);
    }

    /** Starts the server after {@link #stop}, or for the first time. */
    void startAgain() throws IOException, InterruptedException {
        List<String> command = asUser(
                "postgres",
                "-D",
                folder.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off",
                "-c",
                "shared_buffers=64MB");
        command.addAll(options);
        Process started = new ProcessBuilder(command)
                .directory(new File(System.getProperty("java.io.tmpdir", "/tmp")))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
        process = started;
        SQLException last = null;
        for (int i = 0; i < 600 && started.isAlive(); i++) {
            try (Connection connection = connect()) {
                if (connection.isValid(5)) {
                    return;
                }
            } catch (SQLException e) {
                last = e;
                Thread.sleep(50);
            }
        }
        throw new IOException("postgres does not start: " + Files.readString(folder.resolve("log")), last);
    }

    /** Ends the server: gently, or at once as a crash would. */
    void stop(boolean gently) throws IOException, InterruptedException {
        Process running = process;
        if (running == null) {
            return;
        }
        run(List.of("kill", gently ? "-INT" : "-QUIT", Long.toString(running.pid())));
        if (!running.waitFor(30, TimeUnit.SECONDS)) {
            running.destroyForcibly().waitFor();
        }
        process = null;
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
