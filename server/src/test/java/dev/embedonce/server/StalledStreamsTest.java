package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.engine.schedule.EngineOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Clients of streams that do not read, hardly read, or close their half: their places are free again for others. */
class StalledStreamsTest {
    private static final String CHAT = "/v1/chat/completions";
    /** One answer at a time, and nobody waits: as long as a client holds the place, everybody else gets 429. */
    private static final EngineOptions ONE_PLACE =
            EngineOptions.DEFAULT.withRows(1).withWaiting(0);

    /** Far more bytes than the operating system takes: each token with twenty others. */
    private static Socket stream(TestServer server) throws IOException {
        ObjectNode request = chat("Write on and on")
                .put("max_tokens", 4096)
                .put("temperature", 1.9)
                .put("top_p", 1)
                .put("seed", 1)
                .put("stream", true)
                .put("logprobs", true)
                .put("top_logprobs", 20);
        return send(server, request);
    }

    private static Socket send(TestServer server, ObjectNode request) throws IOException {
        byte[] body = request.toString().getBytes(StandardCharsets.UTF_8);
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), server.server().port()));
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        return socket;
    }

    private static void awaitFirstByte(Socket socket) throws IOException {
        assertThat(socket.getInputStream().read()).isEqualTo('H');
    }

    private static int ask(TestServer server) {
        return server.post(CHAT, chat("Hello").toString()).statusCode();
    }

    /** Whether somebody else gets an answer in the end; between the tries the client does what it does. */
    private static boolean isPlaceFreed(TestServer server, Step client) throws Exception {
        for (int i = 0; i < 1000; i++) {
            if (ask(server) == 200) {
                return true;
            }
            client.run();
            Thread.sleep(20);
        }
        return false;
    }

    /** What a client does meanwhile. */
    private interface Step {
        void run() throws IOException;
    }

    @Test
    void client_thatNeverReads_losesItsPlace() throws Exception {
        try (TestServer server =
                        TestServer.start(options -> options.engine(ONE_PLACE).idle(Duration.ofSeconds(2)));
                Socket socket = stream(server)) {
            awaitFirstByte(socket);
            assertThat(ask(server)).isEqualTo(429);

            assertThat(isPlaceFreed(server, () -> {})).isTrue();
            assertThat(server.metric("embedonce_active", "")).isZero();
        }
    }

    /**
     * It reads as much as it takes for the server never to be silent for long; the time for the whole answer ends it.
     */
    @Test
    void client_thatHardlyReads_losesItsPlace() throws Exception {
        try (TestServer server =
                        TestServer.start(options -> options.engine(ONE_PLACE.withTimeout(Duration.ofSeconds(4)))
                                .idle(Duration.ofMinutes(10)));
                Socket socket = stream(server)) {
            awaitFirstByte(socket);
            assertThat(ask(server)).isEqualTo(429);
            InputStream in = socket.getInputStream();

            assertThat(isPlaceFreed(server, () -> in.readNBytes(512))).isTrue();
        }
    }

    @Test
    void client_thatClosesItsHalf_losesItsPlace() throws Exception {
        try (TestServer server =
                        TestServer.start(options -> options.engine(ONE_PLACE).idle(Duration.ofMinutes(10)));
                Socket socket = stream(server)) {
            awaitFirstByte(socket);
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();

            assertThat(isPlaceFreed(server, () -> in.readNBytes(64 * 1024))).isTrue();
        }
    }

    /** The byte of a next request must not hide the end behind it. */
    @Test
    void client_thatGoesBehindAByteOfMore_freesItsRow() throws Exception {
        ObjectNode request = chat("Write on and on")
                .put("max_tokens", 4096)
                .put("temperature", 1.9)
                .put("top_p", 1)
                .put("seed", 1)
                .put("n", 8);
        try (TestServer server = TestServer.start()) {
            int whole = server.ask(request).at("/usage/completion_tokens").intValue();
            double before = server.metric("embedonce_tokens_written_total", "");
            try (Socket socket = send(server, request)) {
                for (int i = 0; i < 1000 && written(server) == before; i++) {
                    Thread.sleep(20);
                }
                socket.getOutputStream().write('G');
            }
            for (int i = 0; i < 1000 && server.metric("embedonce_active", "") > 0; i++) {
                Thread.sleep(20);
            }
            assertThat(written(server) - before).isBetween(1.0, whole - 1.0);
        }
    }

    private static double written(TestServer server) {
        return server.metric("embedonce_tokens_written_total", "");
    }
}
