package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.server.security.Limits;
import dev.embedonce.vlm.VisionLanguageModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Slow clients, clients that go, too many clients, and the end. Tests wait for events as long as it takes, and answers
 * last as long as they are waited for; what hangs fails by the timeout.
 */
@Timeout(600)
class LifecycleTest {
    private static final String CHAT = "/v1/chat/completions";

    private static final String ENDLESS = "endless";
    private static final int CONTEXT = 1_000_000;

    @TempDir
    private static Path folder;

    private static VisionLanguageModel endless;

    @BeforeAll
    static void load() {
        endless = ChangedModels.endless(folder, CONTEXT);
    }

    @AfterAll
    static void unload() {
        endless.close();
    }

    private static TestServer start(UnaryOperator<ServerOptions.Builder> more) {
        return TestServer.start(options -> more.apply(options.chatModel(ENDLESS, endless)
                .engine(EngineOptions.DEFAULT.withContextTokens(CONTEXT))
                .limits(Limits.DEFAULT.withNewTokens(CONTEXT))));
    }

    /** An answer that is still being written whenever a test looks, on any machine. */
    private static ObjectNode longAnswer() {
        return chat("Write on and on").put("model", ENDLESS).put("max_tokens", CONTEXT);
    }

    private static Socket connect(TestServer server) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.server().port());
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

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(20);
        }
    }

    private static boolean isActive(TestServer server, int answers) {
        return server.metric("embedonce_active", "") == answers;
    }

    @Test
    void client_thatGoes_freesItsRow() throws Exception {
        try (TestServer server = start(options -> options)) {
            for (boolean stream : new boolean[] {true, false}) {
                Socket socket = send(server, longAnswer().put("stream", stream).put("n", 8));
                await(() -> isActive(server, 8));
                socket.close();
                await(() -> isActive(server, 0));
            }
        }
    }

    @Test
    void client_thatDoesNotRead_delaysNobody() throws Exception {
        try (TestServer server = start(options -> options);
                Socket slow = send(server, longAnswer().put("stream", true))) {
            await(() -> isActive(server, 1));

            server.ask(chat("Hello"));

            await(() -> isActive(server, 1)); // an answer is counted a moment longer than it takes to arrive
            assertThat(slow.isConnected()).isTrue();
        }
    }

    @Test
    void client_thatSendsSlowly_isGivenUp() throws Exception {
        try (TestServer server = TestServer.start(
                        options -> options.limits(Limits.DEFAULT.withBodyTime(Duration.ofMillis(600))));
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
        EngineOptions small =
                EngineOptions.DEFAULT.withContextTokens(CONTEXT).withRows(1).withWaiting(1);
        try (TestServer server = start(options -> options.engine(small));
                Socket first = send(server, longAnswer().put("stream", true))) {
            await(() -> isActive(server, 1));
            try (Socket second = send(server, longAnswer().put("stream", true))) {
                await(() -> server.metric("embedonce_queue", "") == 1);

                HttpResponse<String> response = server.post(CHAT, longAnswer().toString());

                assertThat(response.statusCode()).isEqualTo(429);
                assertThat(Integer.parseInt(
                                response.headers().firstValue("Retry-After").orElseThrow()))
                        .isBetween(1, 60);
                assertThat(server.json(response).at("/error/type").textValue()).isEqualTo("rate_limit_error");
                assertThat(second.isConnected() && first.isConnected()).isTrue();
            }
        }
    }

    /** The server begins to close when all four have begun, and waits for their ends: as long as they take. */
    @Test
    void close_letsStreamsEnd() throws Exception {
        TestServer server = start(options -> options);
        CountDownLatch begun = new CountDownLatch(4);
        List<CompletableFuture<List<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String request =
                    longAnswer().put("max_tokens", 3000).put("stream", true).toString();
            answers.add(CompletableFuture.supplyAsync(
                    () -> server.lines(CHAT, request, line -> begun.countDown()), task -> new Thread(task).start()));
        }
        begun.await();

        server.close();

        for (CompletableFuture<List<String>> answer : answers) {
            List<String> lines = answer.join();
            assertThat(lines.get(lines.size() - 1)).isEqualTo("data: [DONE]");
        }
    }

    @Test
    void close_afterTheGrace_breaksOff() throws Exception {
        TestServer server = start(options -> options.grace(Duration.ofMillis(50)));
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(
                () -> server.post(CHAT, longAnswer().put("stream", true).toString()), task -> new Thread(task).start());
        await(() -> isActive(server, 1));

        server.close();

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
