package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.embedonce.server.security.AllowedHosts;
import dev.embedonce.server.security.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures by URL and from files: what is allowed, and that they are always looked up anew. */
class RemoteImagesTest {
    private static volatile byte[] served = Pictures.png(1);
    private static final AtomicInteger REACHED = new AtomicInteger();
    private static final Set<String> SENT = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger LOOK_UPS = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static HttpServer images;
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        images = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        images.createContext("/picture.png", exchange -> {
            REACHED.incrementAndGet();
            exchange.sendResponseHeaders(200, served.length);
            exchange.getResponseBody().write(served);
            exchange.close();
        });
        images.createContext("/cookie", exchange -> {
            SENT.addAll(exchange.getRequestHeaders().keySet());
            exchange.getResponseHeaders().add("Set-Cookie", "tenant=alice; Path=/");
            exchange.sendResponseHeaders(200, served.length);
            exchange.getResponseBody().write(served);
            exchange.close();
        });
        images.createContext("/redirect", exchange -> {
            exchange.getResponseHeaders().add("Location", "/picture.png");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        images.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                for (int i = 0; i < 10_000; i++) {
                    exchange.getResponseBody().write(new byte[1024]);
                }
            } finally {
                exchange.close();
            }
        });
        images.createContext("/slow", exchange -> {
            try {
                Thread.sleep(5000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        images.setExecutor(java.util.concurrent.Executors.newCachedThreadPool());
        images.start();
        int port = images.getAddress().getPort();
        AllowedHosts allowed = AllowedHosts.of(
                List.of("127.0.0.1:" + port, "rebound.example:" + port, "*.pictures.example", "turns.example:" + port));
        server = TestServer.start(
                options -> options.imageHosts(allowed)
                        .imageFolders(List.of(folder.resolve("allowed")))
                        .limits(Limits.DEFAULT
                                .withImages(32, 1 << 20, 64_000_000)
                                .withFetchTime(Duration.ofSeconds(2))),
                RemoteImagesTest::resolve);
        Files.createDirectories(folder.resolve("allowed"));
    }

    /** Names that lead to this machine, at once or from the second look-up on. */
    private static InetAddress[] resolve(String host) throws java.net.UnknownHostException {
        LOOK_UPS.incrementAndGet();
        return switch (host) {
            case "rebound.example" -> new InetAddress[] {InetAddress.getByAddress(new byte[] {127, 0, 0, 1})};
            case "turns.example" ->
                new InetAddress[] {
                    InetAddress.getByAddress(new byte[] {93, (byte) 184, 1, 1}),
                    InetAddress.getByAddress(new byte[] {10, 0, 0, 1})
                };
            default -> InetAddress.getAllByName(host);
        };
    }

    @AfterAll
    static void stop() {
        server.close();
        images.stop(0);
    }

    private static String local(String path) {
        return "http://127.0.0.1:" + images.getAddress().getPort() + path;
    }

    private static ObjectNode withUrl(String url) {
        ObjectNode request = chat("What?", Pictures.png(1));
        ((ObjectNode) request.at("/messages/0/content/0/image_url")).put("url", url);
        return request;
    }

    private static String refusal(String url) {
        HttpResponse<String> response =
                server.post("/v1/chat/completions", withUrl(url).toString());
        assertThat(response.statusCode()).as(url + ": " + response.body()).isEqualTo(400);
        return server.json(response).at("/error/message").textValue();
    }

    @Test
    void url_whosePictureChanges_isAnsweredAboutTheNewOne() {
        served = Pictures.png(21);
        JsonNode first = server.ask(withUrl(local("/picture.png")));
        JsonNode same = server.ask(withUrl(local("/picture.png")));
        served = Pictures.png(22);
        JsonNode changed = server.ask(withUrl(local("/picture.png")));

        assertThat(same.at("/embedonce/images/0/source").textValue()).isEqualTo("memory");
        assertThat(changed.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
        assertThat(changed.at("/embedonce/images/0/sha256")).isNotEqualTo(first.at("/embedonce/images/0/sha256"));
        assertThat(TestServer.text(changed)).isEqualTo(TestServer.text(server.ask(chat("What?", Pictures.png(22)))));
    }

    /** What one tenant's fetch was given, another tenant's must not bring back. */
    @Test
    void url_whoseServerSetsACookie_neverSeesItAgain() {
        server.ask(withUrl(local("/cookie")));
        server.ask(withUrl(local("/cookie")));

        assertThat(SENT).contains("Accept").doesNotContain("Cookie");
    }

    @Test
    void file_thatIsOverwritten_isAnsweredAboutTheNewOne() throws IOException {
        Path file = folder.resolve("allowed/picture.png");
        Files.write(file, Pictures.png(31));
        JsonNode first = server.ask(withUrl(file.toUri().toString()));
        Files.write(file, Pictures.png(32));
        JsonNode changed = server.ask(withUrl(file.toUri().toString()));

        assertThat(changed.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
        assertThat(changed.at("/embedonce/images/0/sha256")).isNotEqualTo(first.at("/embedonce/images/0/sha256"));
    }

    @Test
    void url_toWhatIsNotAllowed_isNeverReached() {
        int before = REACHED.get();
        int port = images.getAddress().getPort();
        for (String url : List.of(
                "http://localhost:" + port + "/picture.png",
                "http://127.0.0.2:" + port + "/picture.png",
                "http://127.1:" + port + "/picture.png",
                "http://2130706433:" + port + "/picture.png",
                "http://[::1]:" + port + "/picture.png",
                "http://[::ffff:127.0.0.1]:" + port + "/picture.png",
                "http://user@127.0.0.1:" + port + "/picture.png",
                "http://127.0.0.1:1/picture.png",
                "http://169.254.169.254/latest/meta-data",
                "http://pictures.example.evil.example/x.png",
                "http://evilpictures.example/x.png",
                "http://rebound.example:" + port + "/picture.png",
                "http://turns.example:" + port + "/picture.png")) {
            assertThat(refusal(url)).doesNotContain("127.0.0.1", "10.0.0.1");
        }
        assertThat(REACHED.get()).isEqualTo(before);
    }

    @Test
    void url_thatRedirectsOrIsTooLargeOrSlow_isRefused() {
        assertThat(refusal(local("/redirect"))).contains("redirects");
        assertThat(refusal(local("/endless"))).contains("could not be fetched");
        assertThat(refusal(local("/slow"))).contains("could not be fetched");
        assertThat(refusal(local("/missing"))).contains("404");
    }

    @Test
    void file_outsideTheFolder_isRefusedAsIfItWereNotThere() throws IOException {
        Path secret = Files.write(folder.resolve("secret.png"), Pictures.png(41));
        Path link = folder.resolve("allowed/link.png");
        Files.createSymbolicLink(link, secret);
        String absent = refusal(folder.resolve("allowed/none.png").toUri().toString());

        for (String url : List.of(
                secret.toUri().toString(),
                link.toUri().toString(),
                folder.resolve("allowed").toUri() + "../secret.png",
                folder.resolve("allowed").toUri() + "%2e%2e/secret.png",
                folder.resolve("allowed").toUri().toString(),
                "file:///etc/passwd",
                "file:/etc/passwd",
                "file://otherhost/etc/passwd",
                "file:relative.png",
                "file:///%00")) {
            assertThat(refusal(url)).isEqualTo(absent).doesNotContain(folder.toString());
        }
    }

    @Test
    void url_withoutAllowList_isRefused() {
        try (TestServer closed = TestServer.start()) {
            HttpResponse<String> response = closed.post(
                    "/v1/chat/completions", withUrl(local("/picture.png")).toString());
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).contains("data URIs");
        }
    }
}
