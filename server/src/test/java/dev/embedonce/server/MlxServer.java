package dev.embedonce.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** mlx-vlm's server on a loopback port, as a process of its own that ends with this. */
final class MlxServer implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);

    private final Process process;
    private final Path log;
    private final URI uri;

    /**
     * Starts it and waits until it answers.
     *
     * @param python an interpreter that has mlx-vlm
     * @param model the folder of the checkpoint, also its name in requests
     */
    MlxServer(String python, Path model) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        this.uri = URI.create("http://127.0.0.1:" + port);
        this.log = Files.createTempFile("mlx-vlm", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                python,
                "-m",
                "mlx_vlm.server",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--model",
                model.toString(),
                "--log-progress-interval",
                "0",
                "--log-level",
                "ERROR");
        builder.environment()
                .putAll(Map.of("OMP_NUM_THREADS", "1", "HF_HUB_OFFLINE", "1", "TOKENIZERS_PARALLELISM", "false"));
        this.process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            awaitHealth();
        } catch (RuntimeException | InterruptedException e) {
            close();
            throw e;
        }
    }

    private void awaitHealth() throws InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest health = HttpRequest.newBuilder(uri.resolve("/health"))
                .timeout(Duration.ofSeconds(2))
                .build();
        long end = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                if (http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(200); // not up yet
            }
        }
        throw new IllegalStateException("mlx-vlm's server does not start; its output is in " + log);
    }

    URI uri() {
        return uri;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
