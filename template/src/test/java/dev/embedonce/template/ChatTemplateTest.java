package dev.embedonce.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    @Test
    void render_plainJavaValues_arePythonValues() {
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("none", null);
        variables.put("values", List.of(1, 2L, 1.5, 0.25f, true, "é", Map.of("k", List.of())));
        variables.put("nothing", null);
        assertThat(ChatTemplate.parse("{{ values }} {{ nothing }} {{ nothing is none }}")
                        .render(variables))
                .isEqualTo("[1, 2, 1.5, 0.25, True, 'é', {'k': []}] None True");
    }

    @Test
    void render_jsonNodes_arePythonValues() throws Exception {
        var json = new ObjectMapper().readTree("{\"a\": [1, 2.0, null, false, \"x\", 1e3, 9007199254740993]}");
        assertThat(ChatTemplate.parse("{{ v }} {{ v.a[2] is none }}").render(Map.of("v", json)))
                .isEqualTo("{'a': [1, 2.0, None, False, 'x', 1000.0, 9007199254740993]} True");
    }

    @Test
    void render_otherTypes_areRefusedByPlace() {
        ChatTemplate template = ChatTemplate.parse("x");
        assertThatThrownBy(() -> template.render(Map.of("messages", List.of(Map.of("image", new Object())))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("messages[0].image")
                .hasMessageContaining("java.lang.Object");
        assertThatThrownBy(() -> template.render(Map.of("n", new ObjectMapper().valueToTree(BigInteger.TWO.pow(70)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64 bits");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\n\n{% if %}",
                "a\r\nb\r{% nosuch %}",
                "{#\n#}\n{{ x",
                "{{ [1,\n2,\n3 4] }}",
                "\n{{ 'a\nb' c }}",
                "{% raw %}\n\n{% endraw %}{{ ) }}"
            })
    void parse_error_namesTheLine(String source) {
        assertThatThrownBy(() -> ChatTemplate.parse(source))
                .isInstanceOf(TemplateSyntaxException.class)
                .hasMessageStartingWith("line 3: ");
    }

    @Test
    void render_error_namesTheInnermostLine() {
        ChatTemplate template =
                ChatTemplate.parse("{% for i in [1] %}\n{% if true %}\n{{ missing.x }}\n{% endif %}{% endfor %}");
        TemplateException failure = catchThrowableOfType(TemplateException.class, () -> template.render(Map.of()));
        assertThat(failure).hasMessage("line 3: 'missing' is undefined");
        assertThat(failure.line()).isEqualTo(3);
    }

    @Test
    void render_raiseException_givesTheTemplatesMessageAlone() {
        ChatTemplate template = ChatTemplate.parse("\n{{ raise_exception('No!') }}");
        TemplateRaisedException failure =
                catchThrowableOfType(TemplateRaisedException.class, () -> template.render(Map.of()));
        assertThat(failure).hasMessage("No!");
        assertThat(failure.line()).isEqualTo(2);
    }

    @Test
    void render_otherTemplates_areRefusedByName() {
        assertThatThrownBy(() -> ChatTemplate.parse("{% include 'x' %}"))
                .isInstanceOf(TemplateSyntaxException.class)
                .hasMessage("line 1: the tag 'include' is not supported: a chat template stands alone");
    }

    @Test
    void render_clock_isInItsZone() {
        Clock clock = Clock.fixed(Instant.parse("2024-12-31T23:30:00Z"), ZoneOffset.ofHours(1));
        assertThat(ChatTemplate.parse("{{ strftime_now('%d %b %Y %H:%M') }}").render(Map.of(), clock))
                .isEqualTo("01 Jan 2025 00:30");
    }

    @Test
    void render_manyThreads_doNotDisturbEachOther() {
        ChatTemplate template = ChatTemplate.parse(
                "{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");
        assertThat(IntStream.range(0, 200).parallel().mapToObj(n -> template.render(Map.of("n", n))))
                .containsExactlyElementsOf(IntStream.range(0, 200)
                        .mapToObj(n -> String.valueOf(n * (n - 1) / 2))
                        .toList());
    }

    @Test
    void render_callersValues_stayAsTheyAre() {
        Map<String, Object> variables = new HashMap<>(Map.of("x", 1));
        assertThat(ChatTemplate.parse("{% set x = 2 %}{{ x }}").render(variables))
                .isEqualTo("2");
        assertThat(variables).containsOnly(Map.entry("x", 1));
    }
}
