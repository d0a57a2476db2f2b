package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One page in headless Chromium, driven by its debugging protocol. */
final class Browser implements AutoCloseable {
    /** After this long something hangs. */
    private static final long HANG_MINUTES = TestServer.HANG.toMinutes();

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> calls;
    private final ConcurrentLinkedQueue<String> problems;

    private Browser(
            Process process,
            WebSocket socket,
            Map<Integer, CompletableFuture<JsonNode>> calls,
            ConcurrentLinkedQueue<String> problems) {
        this.process = process;
        this.socket = socket;
        this.calls = calls;
        this.problems = problems;
    }

    static Browser start(Path program, Path folder, HttpClient http) throws Exception {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("chromium.log").toFile())
                .start();
        Path portFile = folder.resolve("profile/DevToolsActivePort");
        while (process.isAlive()
                && (!Files.exists(portFile) || Files.readAllLines(portFile).isEmpty())) {
            Thread.sleep(50);
        }
        String port = Files.readAllLines(portFile).get(0);
        JsonNode targets = JSON.readTree(http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
        String page = "";
        for (JsonNode target : targets) {
            if (target.path("type").asText().equals("page")) {
                page = target.path("webSocketDebuggerUrl").asText();
            }
        }
        Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
        ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(page), new Listener(calls, problems))
                .get(HANG_MINUTES, TimeUnit.MINUTES);
        Browser browser = new Browser(process, socket, calls, problems);
        for (String domain : List.of("Runtime", "Log", "Page", "Network")) {
            browser.call(domain + ".enable", JSON.createObjectNode());
        }
        return browser;
    }

    /** Collects answers and problems. */
    private static final class Listener implements WebSocket.Listener {
        private final Map<Integer, CompletableFuture<JsonNode>> calls;
        private final ConcurrentLinkedQueue<String> problems;
        private final StringBuilder text = new StringBuilder();

        Listener(Map<Integer, CompletableFuture<JsonNode>> calls, ConcurrentLinkedQueue<String> problems) {
            this.calls = calls;
            this.problems = problems;
        }

        @Override
        public @org.jspecify.annotations.Nullable CompletionStage<?> onText(
                WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    message(JSON.readTree(text.toString()));
                } catch (JsonProcessingException e) {
                    problems.add(e.toString());
                }
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        private void message(JsonNode message) {
            CompletableFuture<JsonNode> call = calls.remove(message.path("id").asInt(-1));
            if (call != null) {
                call.complete(message.has("error") ? message.path("error") : message.path("result"));
            }
            String method = message.path("method").asText();
            boolean error = method.equals("Runtime.exceptionThrown")
                    || method.equals("Log.entryAdded")
                    || (method.equals("Runtime.consoleAPICalled")
                            && !message.at("/params/type").asText().equals("log"));
            if (error) {
                problems.add(message.path("params").toString());
            }
        }
    }

    JsonNode call(String method, ObjectNode parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        calls.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        socket.sendText(message.toString(), true).join();
        return answer.orTimeout(HANG_MINUTES, TimeUnit.MINUTES).join();
    }

    JsonNode evaluate(String script) {
        return call(
                        "Runtime.evaluate",
                        JSON.createObjectNode().put("expression", script).put("returnByValue", true))
                .at("/result/value");
    }

    String text(String script) {
        return evaluate(script).asText();
    }

    void await(String condition) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(HANG_MINUTES);
        while (System.nanoTime() - end < 0) {
            if (evaluate("Boolean(" + condition + ")").asBoolean()) {
                return;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("never so: " + condition + "; " + problems);
    }

    /** Presses the tab key; what has the focus each time, as {@code TAG:id}. */
    List<String> tabThrough(int times) {
        List<String> reached = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            for (String type : List.of("keyDown", "keyUp")) {
                call(
                        "Input.dispatchKeyEvent",
                        JSON.createObjectNode()
                                .put("type", type)
                                .put("key", "Tab")
                                .put("code", "Tab")
                                .put("windowsVirtualKeyCode", 9));
            }
            reached.add(text("document.activeElement.tagName + ':' + document.activeElement.id"));
        }
        return reached;
    }

    /** Errors and warnings of the console, scripts and network. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() throws IOException {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().orTimeout(HANG_MINUTES, TimeUnit.MINUTES).join();
    }
}
