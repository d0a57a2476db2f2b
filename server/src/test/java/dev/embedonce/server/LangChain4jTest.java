package dev.embedonce.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** LangChain4j's OpenAI client works unchanged. */
class LangChain4jTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String url() {
        return server.uri("/v1").toString();
    }

    private static OpenAiChatModel.OpenAiChatModelBuilder model() {
        return OpenAiChatModel.builder()
                .baseUrl(url())
                .apiKey("none")
                .modelName(TestServer.MODEL)
                .temperature(0.0)
                .maxRetries(0)
                .maxTokens(8);
    }

    private static UserMessage question() {
        return UserMessage.from(
                ImageContent.from(Base64.getEncoder().encodeToString(Pictures.png(1)), "image/png"),
                TextContent.from("What is it?"));
    }

    @Test
    void chat_withImage_answersAndCountsTokens() {
        ChatResponse response = model().build().chat(question());

        assertThat(response.aiMessage().text()).isNotEmpty();
        assertThat(response.tokenUsage().inputTokenCount()).isPositive();
        assertThat(response.tokenUsage().outputTokenCount()).isBetween(1, 8);
    }

    @Test
    void stream_withImage_givesTheSameText() throws Exception {
        String whole = model().build().chat(question()).aiMessage().text();
        OpenAiStreamingChatModel streaming = OpenAiStreamingChatModel.builder()
                .baseUrl(url())
                .apiKey("none")
                .modelName(TestServer.MODEL)
                .temperature(0.0)
                .maxTokens(8)
                .build();
        CompletableFuture<ChatResponse> done = new CompletableFuture<>();
        StringBuilder pieces = new StringBuilder();

        streaming.chat(java.util.List.of(question()), new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String partial) {
                pieces.append(partial);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                done.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                done.completeExceptionally(error);
            }
        });

        assertThat(done.get(30, TimeUnit.SECONDS).aiMessage().text()).isEqualTo(whole);
        assertThat(pieces.toString()).isEqualTo(whole);
    }

    @Test
    void embed_text_givesAVector() {
        OpenAiEmbeddingModel model = OpenAiEmbeddingModel.builder()
                .baseUrl(url())
                .apiKey("none")
                .modelName(TestServer.CLIP)
                .build();

        float[] vector = model.embed("a cat").content().vector();

        assertThat(vector).hasSizeGreaterThan(4);
        assertThat(model.embed("a dog").content().vector()).isNotEqualTo(vector);
    }

    @Test
    void chat_withUnknownModel_isTheClientsOwnException() {
        assertThatThrownBy(() -> model().modelName("other").build().chat("Hi"))
                .isInstanceOf(ModelNotFoundException.class);
    }
}
