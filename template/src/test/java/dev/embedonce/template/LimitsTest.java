package dev.embedonce.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template that comes with a model cannot harm whoever renders it. */
class LimitsTest {
    private static String render(String source) {
        return ChatTemplate.parse(source).render(Map.of("s", "x", "l", List.of(1, 2)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'x' * 1000000000 }}",
                "{{ 1000000000 * [1] }}",
                "{% set ns = namespace(t='xx') %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
                "{% set ns = namespace(t='xx') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
                "{% set ns = namespace(t=[1]) %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
                "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
                "{% for i in range(100000) %}{{ 'x' * 10000 }}{% endfor %}",
                "{% for i in range(100000) %}{% if range(100000)|select('gt', 5)|list %}{% endif %}{% endfor %}",
                "{% set t = 'x' * 8000000 %}{% for i in range(100000) %}{% if t[5] == 'y' %}{% endif %}{% endfor %}",
                "{% set t = 'x' * 8000000 %}{% for i in range(100000) %}{% if 'y' in t %}{% endif %}{% endfor %}",
                "{% set t = 'x' * 8000000 %}{% for i in range(100000) %}{% if t.find('y') > 0 %}{% endif %}{% endfor %}",
                "{{ 'x' | center(2000000000) }}",
                "{{ '%2000000000d' % 1 }}",
                "{{ '%.2000000000f' % 1 }}",
                "{{ '{:2000000000}'.format(1) }}",
                "{{ 'x'.ljust(2000000000) }}",
                "{{ '1'.zfill(2000000000) }}",
                "{{ ('x' * 100000).replace('x', 'x' * 100000) }}",
                "{{ 'x' | indent(2000000000, true) }}",
                "{{ l | tojson(indent=2000000000) }}",
                "{{ l | batch(2000000000, 'x') | list }}",
                "{{ l | slice(2000000000) | list }}",
                "{{ ('x' * 100000) | list | join('x' * 100000) }}",
                "{{ '\t'.expandtabs(2000000000) ~ ('\t' * 1000000).expandtabs(1000000) }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(100000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}",
                "{{ 2 ** 64 }}",
                "{{ range(10 ** 9) | list }}",
            })
    void render_bomb_isRefused(String source) {
        assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{1:", "not ", "-", "x if x else ", "x.a(", "x|f("})
    void parse_deepNesting_isRefused(String opening) {
        assertThatThrownBy(() -> ChatTemplate.parse("{{ " + opening.repeat(100_000) + " }}"))
                .isInstanceOf(TemplateSyntaxException.class);
    }

    @Test
    void render_longChainOfOperators_isRefusedOrRendered() {
        assertThat(render("{{ 1" + " + 1".repeat(500) + " }}")).isEqualTo("501");
        assertThatThrownBy(() -> render("{{ 1" + " + 1".repeat(100_000) + " }}"))
                .isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ s.__class__.__mro__ }}",
                "{{ s['__class__']['__base__'] }}",
                "{{ ''.__class__.__subclasses__() }}",
                "{{ (s|attr('__class__')).x }}",
                "{{ l.append(1) }}",
                "{{ '{0.__class__.__name__}'.format(s) }}",
                "{{ s.getClass().getName() }}",
                "{{ range.__globals__.x }}",
            })
    void render_wayOut_isRefused(String source) {
        assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
    }

    @Test
    void render_longConversation_isFarFromTheLimits() {
        List<Object> messages = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            messages.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", "word ".repeat(500)));
        }
        String text = ChatTemplate.parse("{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}\n{% endfor %}")
                .render(Map.of("messages", messages));
        assertThat(text).hasSizeGreaterThan(4_900_000);
    }
}
