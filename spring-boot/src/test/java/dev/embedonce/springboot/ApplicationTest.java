package dev.embedonce.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.demo.DemoModel;
import dev.embedonce.springai.EmbedOnceMetadata;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.DocumentEmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A whole application: pictures come in over HTTP, vectors and answers go out. */
@ExtendWith(OutputCaptureExtension.class)
class ApplicationTest {
    private static final Path SHAPES = Path.of("../examples/shapes.png");

    @TempDir
    private static Path folder;

    @EnableAutoConfiguration
    @RestController
    static class Application {
        private final DocumentEmbeddingModel embeddings;
        private final ChatModel chat;

        Application(DocumentEmbeddingModel embeddings, ChatModel chat) {
            this.embeddings = embeddings;
            this.chat = chat;
        }

        @PostMapping("/vectors")
        String vector(@RequestBody byte[] picture) {
            EmbeddingResponse response =
                    embeddings.call(new DocumentEmbeddingRequest(new Document(media(picture), Map.of())));
            return response.getResult().getOutput().length + " "
                    + response.getMetadata().get(EmbedOnceMetadata.SOURCES);
        }

        @PostMapping("/answers")
        String answer(@RequestParam String question, @RequestBody byte[] picture) {
            return String.valueOf(chat.call(
                    UserMessage.builder().text(question).media(media(picture)).build()));
        }

        @ExceptionHandler
        @ResponseStatus(HttpStatus.BAD_REQUEST)
        String refused(NonTransientAiException e) {
            return String.valueOf(e.getMessage());
        }

        private static Media media(byte[] picture) {
            return Media.builder()
                    .mimeType(MimeTypeUtils.IMAGE_PNG)
                    .data(picture)
                    .build();
        }
    }

    private static ConfigurableApplicationContext start(String... properties) {
        String[] arguments = new String[properties.length + 2];
        arguments[0] = "--server.port=0";
        arguments[1] = "--server.address=127.0.0.1";
        for (int i = 0; i < properties.length; i++) {
            arguments[i + 2] = "--" + properties[i];
        }
        return SpringApplication.run(Application.class, arguments);
    }

    private static ConfigurableApplicationContext startWhole() {
        return start(
                "embedonce.store=files:" + folder.resolve("store"),
                "embedonce.encoder.model=default",
                "embedonce.chat.model=" + DemoModel.unpack(folder),
                "embedonce.chat.threads=1",
                "management.endpoint.health.show-details=always");
    }

    private static String send(ConfigurableApplicationContext application, String path, byte[] body)
            throws IOException, InterruptedException {
        int port = Objects.requireNonNull(((WebServerApplicationContext) application).getWebServer())
                .getPort();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (body.length > 0) {
            request.header("Content-Type", "application/octet-stream")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        }
        HttpResponse<String> response =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    @Test
    void application_encodesEachPictureOnce_evenAfterARestart() throws Exception {
        byte[] shapes = Files.readAllBytes(SHAPES);
        String question = "/answers?question=What+colour+is+the+circle%3F";
        try (ConfigurableApplicationContext application = startWhole()) {
            assertThat(send(application, "/vectors", shapes)).isEqualTo("200 1280 [ENCODED]");
            assertThat(send(application, "/vectors", shapes)).isEqualTo("200 1280 [MEMORY]");
            assertThat(send(application, question, shapes)).isEqualTo("200 red");
            assertThat(send(application, "/vectors", "none".getBytes(StandardCharsets.UTF_8)))
                    .startsWith("400 inputs[0]: ");
            assertThat(send(application, "/actuator/health", new byte[0]))
                    .startsWith("200 ")
                    .contains("\"embedonce\":{\"details\":{\"stores\":[\"files:");
        }
        try (ConfigurableApplicationContext application = startWhole()) {
            assertThat(send(application, "/vectors", shapes)).isEqualTo("200 1280 [STORE]");
        }
    }

    @Test
    void wrongStore_isOneLineInTheLog(CapturedOutput output) {
        assertThatThrownBy(() -> start("embedonce.store=nowhere:x", "embedonce.encoder.model=default"));

        assertThat(output).contains("APPLICATION FAILED TO START").contains("""

                Description:

                embedonce.store: there is no store 'nowhere:'; available: files:, memory:

                Action:

                Correct embedonce.store.""");
    }

    @Test
    void missingModel_isOneLineInTheLog(CapturedOutput output) {
        assertThatThrownBy(() -> start(
                "embedonce.store=memory:", "embedonce.encoder.model=default", "embedonce.chat.model=no-such-folder"));

        assertThat(output).contains("""

                Description:

                embedonce.chat.model: unknown model 'no-such-folder': there is no such folder""");
    }

    @Test
    void missingStore_isOneLineInTheLog(CapturedOutput output) {
        assertThatThrownBy(() -> start("embedonce.encoder.model=default"));

        assertThat(output).contains("APPLICATION FAILED TO START").contains("""

                Description:

                embedonce.store is not set, so there is no cache.""");
    }
}
