package dev.embedonce.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.feature.Source;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedOnceStreamingChatModelTest {
    /** Answers are waited for where they are asked for. */
    private static final Executor HERE = Runnable::run;

    /** Notes what it is told; cancels after so many pieces. */
    private static final class Notes implements StreamingChatResponseHandler {
        final List<String> pieces = new ArrayList<>();
        final List<ChatResponse> responses = new ArrayList<>();
        final List<Throwable> errors = new ArrayList<>();
        private final int enough;

        Notes(int enough) {
            this.enough = enough;
        }

        @Override
        public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
            pieces.add(piece.text());
            if (pieces.size() == enough) {
                context.streamingHandle().cancel();
                assertThat(context.streamingHandle().isCancelled()).isTrue();
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable error) {
            errors.add(error);
        }
    }

    @Test
    void chat_picture_isAnsweredAsByTheOtherModel(@TempDir Path folder) {
        ImageContent shapes = TestPictures.content(TestPictures.example("shapes.png"), "image/png");
        UserMessage question = UserMessage.from(shapes, TextContent.from("What colour is the circle?"));
        try (DemoEngine demo = new DemoEngine(folder)) {
            Notes notes = new Notes(-1);
            EmbedOnceStreamingChatModel.builder()
                    .engine(demo.engine)
                    .executor(HERE)
                    .build()
                    .chat(ChatRequest.builder().messages(question).build(), notes);

            ChatResponse whole =
                    EmbedOnceChatModel.builder().engine(demo.engine).build().chat(question);

            assertThat(notes.errors).isEmpty();
            ChatResponse response = notes.responses.get(0);
            assertThat(String.join("", notes.pieces))
                    .isEqualTo(whole.aiMessage().text());
            assertThat(response.aiMessage()).isEqualTo(whole.aiMessage());
            assertThat(response.tokenUsage()).isEqualTo(whole.tokenUsage());
            assertThat(((EmbedOnceChatResponseMetadata) response.metadata())
                            .images()
                            .get(0)
                            .source())
                    .isEqualTo(Source.ENCODED);
        }
    }

    @Test
    void chat_cancelled_tellsNoMore_andGivesItsPlaceBack(@TempDir Path folder) throws IOException {
        try (ScriptedEngine scripted = new ScriptedEngine(folder)) {
            StreamingChatModel model = EmbedOnceStreamingChatModel.builder()
                    .engine(scripted.engine())
                    .executor(HERE)
                    .build();
            Notes notes = new Notes(3);

            model.chat("Tell me a long story", notes);

            assertThat(notes.errors).isEmpty();
            assertThat(notes.responses).isEmpty();
            assertThat(notes.pieces).containsExactly("Once", " upon", " a");
            Notes next = new Notes(-1);
            model.chat("Say 'Hello World'", next);
            assertThat(next.responses.get(0).aiMessage().text()).isEqualTo("Hello World again.");
        }
    }

    @Test
    void chat_badPicture_isToldToTheHandler(@TempDir Path folder) throws IOException {
        try (ScriptedEngine scripted = new ScriptedEngine(folder)) {
            Notes notes = new Notes(-1);

            EmbedOnceStreamingChatModel.builder()
                    .engine(scripted.engine())
                    .executor(HERE)
                    .build()
                    .chat(
                            ChatRequest.builder()
                                    .messages(UserMessage.from(TestPictures.content(new byte[] {1, 2, 3}, "image/png")))
                                    .build(),
                            notes);

            assertThat(notes.errors).singleElement().isExactlyInstanceOf(InvalidRequestException.class);
            assertThat(notes.responses).isEmpty();
        }
    }
}
