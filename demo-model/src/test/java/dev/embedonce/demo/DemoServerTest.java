package dev.embedonce.demo;

import static dev.embedonce.demo.DemoServer.assistant;
import static dev.embedonce.demo.DemoServer.request;
import static dev.embedonce.demo.DemoServer.source;
import static dev.embedonce.demo.DemoServer.text;
import static dev.embedonce.demo.DemoServer.user;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.server.security.ApiKeys;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations with a model that really answers, through the server: what is kept never changes what is said. */
class DemoServerTest {
    private static final Color RED = new Color(230, 20, 20);
    private static final Color BLUE = new Color(30, 70, 230);
    private static final byte[] RED_CIRCLE =
            new Drawing().circle(RED, 24, 22).square(BLUE, 100, 70).png();
    private static final byte[] BLUE_CIRCLE =
            new Drawing().circle(BLUE, 24, 22).square(RED, 100, 70).png();
    private static final String KEY = "nobody asks for it";

    @TempDir
    Path folder;

    private DemoServer open() {
        return new DemoServer(folder, ApiKeys.NONE);
    }

    private static String say(DemoServer server, ObjectNode conversation, String question, byte[]... pictures) {
        String answer = text(server.ask(user(conversation, question, pictures), KEY));
        assistant(conversation, answer);
        return answer;
    }

    @Test
    void followUpQuestions_areAnsweredAboutTheSamePicture_whichIsLookedAtOnce() {
        try (DemoServer server = open()) {
            ObjectNode conversation = request();
            assertThat(say(server, conversation, "What colour is the circle?", RED_CIRCLE))
                    .isEqualTo("red");
            assertThat(say(server, conversation, "Where is it?")).isEqualTo("top left");
            assertThat(say(server, conversation, "What colour is the square?")).isEqualTo("blue");
            assertThat(say(server, conversation, "Where is it?")).isEqualTo("bottom right");
            assertThat(say(server, conversation, "How many shapes are there?")).isEqualTo("2");
            assertThat(server.encoded()).isEqualTo(1);
        }
    }

    @Test
    void swappedPictures_swapTheAnswers_andBothHit() {
        try (DemoServer server = open()) {
            String question = "What colour is the circle in the first picture?";
            assertThat(text(server.ask(user(request(), question, RED_CIRCLE, BLUE_CIRCLE), KEY)))
                    .isEqualTo("red");
            JsonNode swapped = server.ask(user(request(), question, BLUE_CIRCLE, RED_CIRCLE), KEY);
            assertThat(text(swapped)).isEqualTo("blue");
            assertThat(source(swapped, 0)).isEqualTo("memory");
            assertThat(source(swapped, 1)).isEqualTo("memory");
            assertThat(server.encoded()).isEqualTo(2);
        }
    }

    @Test
    void restart_answersFromTheDisk_asTheTowerDid() {
        ObjectNode asked = user(request(), "Describe the picture.", RED_CIRCLE);
        String before;
        try (DemoServer server = open()) {
            before = text(server.ask(asked, KEY));
            assertThat(before).isEqualTo("red circle, blue square");
        }
        try (DemoServer server = open()) {
            JsonNode after = server.ask(asked, KEY);
            assertThat(text(after)).isEqualTo(before);
            assertThat(source(after, 0)).isEqualTo("store");
            assertThat(server.encoded()).isZero();
        }
    }

    @Test
    void tenants_getTheSameAnswer_eachFromItsOwnEntry() throws IOException {
        Path keys = folder.resolve("keys.json");
        Files.writeString(
                keys,
                "{\"keys\": [{\"name\": \"a\", \"key\": \"alice-alice-alice\", \"salt\": \"a\"},"
                        + " {\"name\": \"b\", \"key\": \"bob-bob-bob-bob-bob\", \"salt\": \"b\"}]}");
        try (DemoServer server = new DemoServer(folder, ApiKeys.read(keys))) {
            ObjectNode asked = user(request(), "What colour is the square?", RED_CIRCLE);
            JsonNode alice = server.ask(asked, "alice-alice-alice");
            JsonNode bob = server.ask(asked, "bob-bob-bob-bob-bob");
            assertThat(source(alice, 0)).isEqualTo("encoded");
            assertThat(source(bob, 0)).isEqualTo("encoded");
            assertThat(text(bob)).isEqualTo("blue").isEqualTo(text(alice));
            assertThat(source(server.ask(asked, "alice-alice-alice"), 0)).isEqualTo("memory");
        }
    }

    @Test
    void stream_saysWhatTheWholeAnswerSays_pieceByPiece() {
        try (DemoServer server = open()) {
            ObjectNode asked = user(request(), "What do you see?", BLUE_CIRCLE);
            String whole = text(server.ask(asked, KEY));
            StringBuilder streamed = new StringBuilder();
            int pieces = 0;
            for (String line :
                    server.post(asked.put("stream", true), KEY).lines().toList()) {
                if (line.startsWith("data: {")) {
                    String piece = DemoServer.json(line.substring("data: ".length()))
                            .at("/choices/0/delta/content")
                            .asText();
                    streamed.append(piece);
                    pieces += piece.isEmpty() ? 0 : 1;
                }
            }
            assertThat(whole).isEqualTo("blue circle, red square");
            assertThat(streamed.toString()).isEqualTo(whole);
            assertThat(pieces).isGreaterThan(2);
        }
    }
}
