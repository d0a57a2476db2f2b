package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.server.security.ApiKeys;
import dev.embedonce.server.security.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that take what others need: threads by bodies that do not come, memory by bodies that might, connections by
 * headers that drip. Time limits of the server are so long that nothing here gets better by waiting.
 */
class HostileClientsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String ALICE = "alice-key-0123456789";
    private static final String BOB = "bob-key-0123456789";

    private final List<Socket> sockets = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static TestServer patient() {
        return TestServer.start(HostileClientsTest::patiently);
    }

    private static ServerOptions.Builder patiently(ServerOptions.Builder options) {
        return options.idle(LONG).grace(Duration.ofMillis(1)).limits(Limits.DEFAULT.withBodyTime(LONG));
    }

    private TestServer withKeys() throws IOException {
        Path file = Files.writeString(folder.resolve("keys.json"), """
                {"keys": [{"name": "alice", "key": "%s", "salt": "a"}, {"name": "bob", "key": "%s", "salt": "b"}]}
                """.formatted(ALICE, BOB));
        ApiKeys keys = ApiKeys.read(file);
        return TestServer.start(options -> patiently(options).keys(keys));
    }

    private Socket open(TestServer server, String text) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.server().port());
        sockets.add(socket);
        socket.setSoTimeout(20_000);
        write(socket, text);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String head(String... headers) {
        return "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + String.join("\r\n", headers) + "\r\n\r\n";
    }

    private static String key(String key) {
        return "Authorization: Bearer " + key;
    }

    /** The first line of the answer. */
    private static String status(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c >= 0 && c != '\r';
                c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    @Test
    void bodies_thatDoNotCome_stopNoRoute() throws IOException {
        try (TestServer server = patient()) {
            for (int i = 0; i < 150; i++) {
                open(server, head("Content-Length: 1000") + "{");
            }

            assertThat(server.get("/health").statusCode()).isEqualTo(200);
            assertThat(server.get("/ready").statusCode()).isEqualTo(200);
            assertThat(server.get("/metrics").statusCode()).isEqualTo(200);
            assertThat(server.post(CHAT, chat("Hello").toString()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void bodies_ofUnknownLength_takeNoMoreThanTheyHave() throws IOException {
        try (TestServer server = patient()) {
            for (int i = 0; i < 11; i++) {
                open(server, head("Transfer-Encoding: chunked") + "1\r\n{\r\n");
            }
            for (int i = 0; i < 11; i++) {
                open(server, head("Content-Length: " + (48 << 20)) + "{");
            }

            assertThat(postChunked(server, chat("Hello").toString())).isEqualTo(200);
        }
    }

    private static int postChunked(TestServer server, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return server.send(server.request(CHAT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))
                        .build())
                .statusCode();
    }

    private int answered() throws IOException {
        int count = 0;
        for (Socket socket : sockets) {
            count += socket.getInputStream().available() > 0 ? 1 : 0;
        }
        return count;
    }

    @Test
    void bodies_ofOneTenant_leaveRoomForOthers() throws Exception {
        try (TestServer server = withKeys()) {
            for (int i = 0; i < 300; i++) {
                open(server, head("Content-Length: 1000", key(ALICE)) + "{");
            }
            // three quarters of 256 are let in
            for (int i = 0; i < 500 && answered() < 300 - 192; i++) {
                Thread.sleep(20);
            }

            assertThat(answered()).isEqualTo(300 - 192);
            for (Socket socket : sockets) {
                if (socket.getInputStream().available() > 0) {
                    assertThat(status(socket)).startsWith("HTTP/1.1 429");
                }
            }
            assertThat(server.post(CHAT, chat("Hello").toString(), "x-api-key", BOB)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /** One that hangs up, and one that closes its half: both give back what they had. */
    @Test
    void bodies_thatAreBrokenOff_giveTheirPlaceBack() throws Exception {
        try (TestServer server = TestServer.start(options -> patiently(options).connections(16))) {
            for (int round = 0; round < 10; round++) {
                Socket gone = open(server, head("Content-Length: 1000") + "{");
                Socket half = open(server, head("Transfer-Encoding: chunked") + "5\r\n{");
                gone.close();
                half.shutdownOutput();
                assertThat(half.getInputStream().readAllBytes().length).isLessThan(1000);
            }

            int status = 429;
            for (int i = 0; i < 500 && status == 429; i++) {
                status = server.post(CHAT, chat("Hello").toString()).statusCode();
            }
            assertThat(status).isEqualTo(200);
        }
    }

    @Test
    void body_whoseChunksAreNone_isRefused() throws IOException {
        try (TestServer server = patient()) {
            assertThat(status(open(server, head("Transfer-Encoding: chunked") + "nonsense\r\n")))
                    .startsWith("HTTP/1.1 400");
        }
    }

    /** Requests are sent without end and no answer is read, until the connection takes nothing more. */
    @Test
    void answers_thatNobodyReads_stopNoRoute() throws IOException {
        try (TestServer server = patient()) {
            byte[] requests = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .repeat(200)
                    .getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 150; i++) {
                SocketChannel channel = SocketChannel.open();
                sockets.add(channel.socket());
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
                channel.connect(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), server.server().port()));
                channel.configureBlocking(false);
                channel.write(ByteBuffer.wrap(requests));
            }

            assertThat(server.get("/health").statusCode()).isEqualTo(200);
            assertThat(server.post(CHAT, chat("Hello").toString()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void headers_thatDrip_shutNobodyOut() throws IOException {
        try (TestServer server = patient()) {
            for (int i = 0; i < 1100; i++) {
                open(server, "G");
            }

            assertThat(server.get("/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void header_thatDrips_isGivenUp() throws Exception {
        try (TestServer server = TestServer.start(options -> options.idle(Duration.ofMillis(500)))) {
            Socket socket = open(server, "GET /health HTTP/1.1\r\nHost: localhost\r\nX: ");

            assertThat(isClosedWhileDripping(socket, "x")).isTrue();
        }
    }

    /** Sends a byte again and again; whether the server hangs up before 400 of them have gone. */
    private static boolean isClosedWhileDripping(Socket socket, String drop) throws Exception {
        socket.setSoTimeout(50);
        try {
            for (int i = 0; i < 400; i++) {
                write(socket, drop);
                try {
                    if (socket.getInputStream().read() < 0) {
                        return true;
                    }
                } catch (java.net.SocketTimeoutException e) {
                    // still open
                }
            }
        } catch (IOException e) {
            return true;
        }
        return false;
    }

    /** Bytes of a length that say nothing: no piece of the body comes, yet the connection is never silent. */
    @Test
    void chunkHeader_thatDrips_isGivenUp() throws Exception {
        try (TestServer server = TestServer.start(options ->
                options.idle(Duration.ofSeconds(2)).limits(Limits.DEFAULT.withBodyTime(Duration.ofMillis(500))))) {
            Socket socket = open(server, head("Transfer-Encoding: chunked") + "1;");

            assertThat(isClosedWhileDripping(socket, "x")).isTrue();
        }
    }
}
