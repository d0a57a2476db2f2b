package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.server.schedule.EngineOptions;
import dev.embedonce.server.security.Limits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Slow clients, clients that go, too many clients, and the end. */
class LifecycleTest {
    private static final String CHAT = "/v1/chat/completions";

    /** An answer that takes a while. */
    private static ObjectNode longAnswer(int tokens) {
        return chat("Write on and on")
                .put("max_tokens", tokens)
                .put("temperature", 1.9)
                .put("top_p", 1)
                .put("seed", 1);
    }

    private static Socket connect(TestServer server) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.server().port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static Socket send(TestServer server, ObjectNode request) throws IOException {
        Socket socket = connect(server);
        byte[] body = request.toString().getBytes(StandardCharsets.UTF_8);
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
        return socket;
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }

    /** Eight answers at once, so that even a tiny model is not done before anyone notices that the client has gone. */
    @Test
    void client_thatGoes_freesItsRow() throws Exception {
        try (TestServer server = TestServer.start()) {
            for (boolean stream : new boolean[] {true, false}) {
                double before = server.metric("embedonce_tokens_written_total", "");
                Socket socket =
                        send(server, longAnswer(900).put("stream", stream).put("n", 8));
                await("active", () -> server.metric("embedonce_active", "") > 0);
                socket.close();
                await("freed", () -> server.metric("embedonce_active", "") == 0);
                assertThat(server.metric("embedonce_tokens_written_total", "") - before)
                        .isLessThan(8 * 900);
            }
        }
    }

    @Test
    void client_thatDoesNotRead_delaysNobody() throws Exception {
        try (TestServer server = TestServer.start();
                Socket slow = send(server, longAnswer(400).put("stream", true))) {
            long start = System.nanoTime();
            server.ask(chat("Hello"));

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            assertThat(slow.isConnected()).isTrue();
        }
    }

    @Test
    void client_thatSendsSlowly_isGivenUp() throws Exception {
        try (TestServer server = TestServer.start(options -> options.idle(Duration.ofSeconds(2))
                        .limits(Limits.DEFAULT.withBodyTime(Duration.ofMillis(600))));
                Socket socket = connect(server)) {
            String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 1000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            while (socket.getInputStream().available() == 0) {
                socket.getOutputStream().write(' ');
                socket.getOutputStream().flush();
                Thread.sleep(100);
            }
            String status = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();

            assertThat(status).startsWith("HTTP/1.1 408");
        }
        try (TestServer server = TestServer.start(options -> options.idle(Duration.ofMillis(500)));
                Socket silent = connect(server)) {
            silent.getOutputStream().write("POST ".getBytes(StandardCharsets.US_ASCII));
            assertThat(silent.getInputStream().readAllBytes().length).isLessThan(1000);
        }
    }

    @Test
    void clients_thatAreTooMany_areToldWhenToComeBack() throws Exception {
        EngineOptions small = EngineOptions.DEFAULT.withRows(1).withWaiting(1);
        try (TestServer server = TestServer.start(options -> options.engine(small));
                Socket first = send(server, longAnswer(900).put("stream", true))) {
            await("active", () -> server.metric("embedonce_active", "") == 1);
            try (Socket second = send(server, longAnswer(900).put("stream", true))) {
                await("waiting", () -> server.metric("embedonce_queue", "") == 1);

                HttpResponse<String> response = server.post(CHAT, chat("Hi").toString());

                assertThat(response.statusCode()).isEqualTo(429);
                assertThat(Integer.parseInt(
                                response.headers().firstValue("Retry-After").orElseThrow()))
                        .isBetween(1, 60);
                assertThat(server.json(response).at("/error/type").textValue()).isEqualTo("rate_limit_error");
                assertThat(second.isConnected() && first.isConnected()).isTrue();
            }
        }
    }

    @Test
    void close_letsStreamsEnd() throws Exception {
        TestServer server = TestServer.start();
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String request = longAnswer(900).put("stream", true).put("seed", i).toString();
            answers.add(
                    CompletableFuture.supplyAsync(() -> server.post(CHAT, request), task -> new Thread(task).start()));
        }
        await("active", () -> server.metric("embedonce_active", "") == 4);

        server.close();

        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            List<String> data = TestServer.data(answer.join().body());
            assertThat(data.get(data.size() - 1)).isEqualTo("[DONE]");
        }
    }

    @Test
    void close_afterTheGrace_breaksOff() throws Exception {
        TestServer server = TestServer.start(options -> options.grace(Duration.ofMillis(50)));
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(
                () -> server.post(CHAT, longAnswer(900).put("stream", true).toString()),
                task -> new Thread(task).start());
        await("active", () -> server.metric("embedonce_active", "") == 1);

        long start = System.nanoTime();
        server.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        try {
            List<String> data = TestServer.data(answer.join().body());
            assertThat(data.get(data.size() - 1)).isIn("[DONE]", lastError(data));
        } catch (CompletionException e) {
            assertThat(e).hasRootCauseInstanceOf(IOException.class); // the connection was cut: broken off, too
        }
    }

    private static String lastError(List<String> data) {
        return data.stream()
                .filter(line -> line.contains("shutting down"))
                .findFirst()
                .orElse("none");
    }
}
