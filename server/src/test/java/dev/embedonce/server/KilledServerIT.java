package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.care.CareProgress;
import dev.embedonce.care.Verification;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.Stores;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed while it writes leaves a cache that another one goes on with. */
class KilledServerIT {
    private static final int PICTURES = 4000;

    @TempDir
    private Path folder;

    /** The server that is killed: prints its port and serves for ever. */
    public static void main(String[] arguments) throws InterruptedException {
        try (TestServer server = TestServer.start(Stores.open("files:" + arguments[0]), options -> options)) {
            System.out.println("port " + server.server().port());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void kill_whilePicturesAreWritten_leavesACacheWithoutDamage() throws Exception {
        Path store = folder.resolve("store");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        classPath().toString(),
                        KilledServerIT.class.getName(),
                        store.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        AtomicInteger answered = new AtomicInteger();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String port = String.valueOf(output.readLine()).replace("port ", "");
            List<Thread> clients = new ArrayList<>();
            for (int client = 0; client < 4; client++) {
                int from = client * PICTURES;
                clients.add(new Thread(() -> ask(URI.create("http://127.0.0.1:" + port), from, answered)));
            }
            clients.forEach(Thread::start);
            while (answered.get() < 20 && process.isAlive()) {
                Thread.sleep(10);
            }
            process.destroyForcibly(); // SIGKILL
            for (Thread client : clients) {
                client.join();
            }
        }
        process.waitFor();
        assertThat(answered.get()).isGreaterThanOrEqualTo(20);

        try (CacheStore written = Stores.open("files:" + store)) {
            var report = new Verification(written, new EntryCodec(null), false, CareProgress.NONE)
                    .run(Selection.ALL, 1, new Random(0));
            assertThat(report.problemCount()).isZero();
        }
        try (TestServer server = TestServer.start(Stores.open("files:" + store), options -> options)) {
            var first = server.ask(chat("x", Pictures.png(0)));
            assertThat(first.at("/embedonce/images/0/source").textValue()).isEqualTo("store");
            for (int i = 0; i < 10; i++) {
                server.ask(chat("x", Pictures.png(i)));
            }
            assertThat(server.cache().stats().corruptTotal()).isZero();
            assertThat(server.cache().stats().encoded()).isZero();
        }
    }

    /** A jar that names the class path: as an argument it is long enough to crash the JDK's launcher. */
    private Path classPath() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        Path jar = folder.resolve("path.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    private static void ask(URI uri, int from, AtomicInteger answered) {
        HttpClient http = HttpClient.newHttpClient();
        try {
            for (int i = 0; i < PICTURES; i++) {
                String body =
                        chat("x", Pictures.png(from + i)).put("max_tokens", 1).toString();
                http.send(
                        HttpRequest.newBuilder(uri.resolve("/v1/chat/completions"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                if (from == 0) {
                    answered.incrementAndGet();
                }
            }
        } catch (IOException e) {
            return; // it was killed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
