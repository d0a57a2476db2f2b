package dev.embedonce.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What transformers renders, or how it refuses to. {@code scripts/golden-template} made the cases. */
class GoldenTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-03-07T09:05:03.000042Z"), ZoneOffset.UTC);

    static Stream<Golden> snippets() {
        return Stream.of("whitespace", "expressions", "statements", "filters", "tests", "methods", "formats")
                .flatMap(file -> Golden.of(file + ".json"));
    }

    static Stream<Golden> random() {
        return Golden.of("random.json");
    }

    static Stream<Golden> chats() {
        return Golden.of("chats.json");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("snippets")
    void render_snippet_isAsInPython(Golden golden) {
        check(golden);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("random")
    void render_randomExpression_isAsInPython(Golden golden) {
        check(golden);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chats")
    void render_chat_isAsInTransformers(Golden golden) {
        check(golden);
    }

    private static void check(Golden golden) {
        if (golden.outcome().has("output")) {
            assertThat(render(golden))
                    .as(golden.name())
                    .isEqualTo(golden.outcome().get("output").textValue());
            return;
        }
        String kind = golden.outcome().path("error").asText();
        String message = golden.outcome().path("message").asText();
        Throwable failure = catchThrowable(() -> render(golden));
        assertThat(failure).as(golden.name() + ": " + kind + ": " + message).isInstanceOf(TemplateException.class);
        switch (kind) {
            case "raised" ->
                assertThat(failure).isInstanceOf(TemplateRaisedException.class).hasMessage(message);
            case "syntax" -> assertThat(failure).isInstanceOf(TemplateSyntaxException.class);
            case "undefined" ->
                assertThat(((TemplateException) failure).problem()).isEqualTo(message);
            default -> assertThat(failure).isNotInstanceOf(TemplateRaisedException.class);
        }
    }

    private static String render(Golden golden) {
        return ChatTemplate.parse(golden.source()).render(golden.variables(), CLOCK);
    }
}
