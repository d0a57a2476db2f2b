package dev.embedonce.server;

import static dev.embedonce.server.TestServer.MODEL;
import static dev.embedonce.server.TestServer.chat;
import static dev.embedonce.server.TestServer.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChatCompletionsTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void post_textAndImage_isAnsweredWithUsageAndHowTheImageWasServed() {
        ObjectNode request = chat("What is it?", Pictures.png(1));

        JsonNode first = server.ask(request);
        JsonNode again = server.ask(request);

        assertThat(first.path("object").textValue()).isEqualTo("chat.completion");
        assertThat(first.path("model").textValue()).isEqualTo(MODEL);
        assertThat(first.at("/usage/completion_tokens").intValue()).isBetween(1, 8);
        assertThat(first.at("/usage/total_tokens").intValue())
                .isEqualTo(first.at("/usage/prompt_tokens").intValue()
                        + first.at("/usage/completion_tokens").intValue());
        assertThat(first.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
        assertThat(first.at("/embedonce/cached_image_tokens").intValue()).isZero();
        assertThat(again.at("/embedonce/images/0/source").textValue()).isEqualTo("memory");
        assertThat(again.at("/embedonce/cached_image_tokens").intValue())
                .isEqualTo(again.at("/embedonce/images/0/tokens").intValue())
                .isPositive();
        assertThat(again.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isEqualTo(first.at("/usage/prompt_tokens").intValue() - 1);
        assertThat(text(again)).isEqualTo(text(first)).isNotEmpty();
    }

    @Test
    void post_stream_givesTheSameTextInPiecesAndUsageInTheLastChunk() throws Exception {
        ObjectNode request = chat("Tell me more", Pictures.png(2));
        String whole = text(server.ask(request));
        request.put("stream", true).putObject("stream_options").put("include_usage", true);

        HttpResponse<String> response = server.post("/v1/chat/completions", request.toString());

        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(response.headers().firstValue("X-EmbedOnce-Images").orElseThrow())
                .startsWith("memory;ms=");
        List<String> data = TestServer.data(response.body());
        assertThat(data.get(data.size() - 1)).isEqualTo("[DONE]");
        StringBuilder text = new StringBuilder();
        for (String chunk : data.subList(0, data.size() - 1)) {
            text.append(TestServer.JSON
                    .readTree(chunk)
                    .at("/choices/0/delta/content")
                    .asText(""));
        }
        assertThat(text.toString()).isEqualTo(whole);
        JsonNode last = TestServer.JSON.readTree(data.get(data.size() - 2));
        assertThat(last.path("choices")).isEmpty();
        assertThat(last.at("/usage/completion_tokens").intValue()).isPositive();
        assertThat(TestServer.JSON
                        .readTree(data.get(0))
                        .at("/embedonce/images/0/hit")
                        .booleanValue())
                .isTrue();
    }

    @Test
    void post_choicesStopSeedLogprobs_areHonoured() {
        ObjectNode request = chat("Once");
        request.put("n", 3)
                .put("temperature", 1.5)
                .put("top_p", 1)
                .put("seed", 5)
                .put("max_tokens", 12);
        request.put("logprobs", true).put("top_logprobs", 2);

        JsonNode answer = server.ask(request);
        JsonNode same = server.ask(request);

        assertThat(answer.path("choices")).hasSize(3);
        List<String> texts = new ArrayList<>();
        answer.path("choices")
                .forEach(choice -> texts.add(choice.at("/message/content").textValue()));
        assertThat(texts).doesNotHaveDuplicates();
        for (int i = 0; i < 3; i++) {
            assertThat(same.at("/choices/" + i + "/message/content").textValue())
                    .isEqualTo(texts.get(i));
        }
        JsonNode token = answer.at("/choices/0/logprobs/content/0");
        assertThat(token.path("logprob").doubleValue()).isNegative();
        assertThat(token.path("top_logprobs")).hasSize(2);

        ObjectNode greedy = chat("Stop there");
        String whole = text(server.ask(greedy));
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 1);
        JsonNode stopped = server.ask(greedy.put("stop", stop));
        assertThat(text(stopped)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(stopped.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
    }

    @Test
    void post_sixteenAtOnceWithOneImage_encodesItOnce() {
        long before = server.cache().stats().encoded();
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            ObjectNode request = chat("Question " + i, Pictures.png(99));
            answers.add(CompletableFuture.supplyAsync(() -> server.ask(request), task -> new Thread(task).start()));
        }

        answers.forEach(CompletableFuture::join);

        assertThat(server.cache().stats().encoded() - before).isEqualTo(1);
    }

    @Test
    void post_unknownModel_isNotFound() {
        HttpResponse<String> response = server.post(
                "/v1/chat/completions", chat("Hi").put("model", "other").toString());

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(server.json(response).at("/error/code").textValue()).isEqualTo("model_not_found");
    }
}
