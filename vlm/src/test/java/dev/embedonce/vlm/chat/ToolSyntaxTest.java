package dev.embedonce.vlm.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.model.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolSyntaxTest {
    private static final String OFFER = "{% if tools %}Tools: {{ tools | tojson }}\n{% endif %}";
    private static final String OTHERS = "{% if m.role != 'assistant' %}[{{ m.role }}]"
            + "{% for p in m.content %}{{ p.text }}{% endfor %}\n{% else %}[assistant]"
            + "{% for p in m.content %}{{ p.text }}{% endfor %}";

    @TempDir
    private Path folder;

    private Optional<ToolSyntax> syntax(String source) throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), source);
        return ToolSyntax.of(PromptTemplate.open(new JsonFiles(folder), Map.of()));
    }

    private Optional<ToolSyntax> ofCall(String before, String call, String after) throws IOException {
        return syntax(OFFER + "{% for m in messages %}" + OTHERS + before
                + "{% for c in m.tool_calls or [] %}{% set f = c.function %}" + call + "{% endfor %}" + after
                + "<end>\n{% endif %}{% endfor %}");
    }

    @Test
    void of_objectsBetweenMarks_givesMarksAndFields() throws IOException {
        assertThat(ofCall(
                        "",
                        "{{- '\\n<tool_call>\\n{\"name\": \"' ~ f.name ~ '\", \"arguments\": ' ~ f.arguments | tojson ~ '}\\n</tool_call>' }}",
                        ""))
                .contains(new ToolSyntax("<tool_call>", "</tool_call>", new JsonForm("name", "arguments")));
        assertThat(ofCall(
                        "",
                        "[CALL]{\"parameters\": {{ f.arguments | tojson }}, \"function\": \"{{ f.name }}\"}[/CALL] ",
                        ""))
                .contains(new ToolSyntax("[CALL]", "[/CALL]", new JsonForm("function", "parameters")));
    }

    /** As the published template of Qwen3.5-0.8B writes calls. */
    @Test
    void of_tagsAroundParameters_givesThatForm() throws IOException {
        assertThat(ofCall(
                        "",
                        "{{- ('<tool_call>' if loop.first else '\\n<tool_call>') ~ '\\n<function=' ~ f.name ~ '>\\n' }}"
                                + "{%- for key, value in f.arguments|items %}"
                                + "{{- '<parameter=' ~ key ~ '>\\n' ~ value ~ '\\n</parameter>\\n' }}{%- endfor %}"
                                + "{{- '</function>\\n</tool_call>' }}",
                        ""))
                .contains(new ToolSyntax("<tool_call>", "</tool_call>", new TaggedForm()));
    }

    /** As the published template of gemma-4-E2B-it does: after calls no turn ends, an answer of a tool begins. */
    @Test
    void of_bareKeysAndQuotesOfTheirOwn_givesThatForm() throws IOException {
        Optional<ToolSyntax> found = syntax(OFFER
                + "{% for m in messages %}{% if m.role != 'tool' %}{{- '<|turn>' ~ m.role ~ '\\n' }}"
                + "{%- for c in m.tool_calls or [] %}{{- '<|tool_call>call:' ~ c.function.name ~ '{' }}"
                + "{%- for key, value in c.function.arguments|dictsort %}{{- ',' if not loop.first }}"
                + "{{- key ~ ':<|\"|>' ~ value ~ '<|\"|>' }}{%- endfor %}{{- '}<tool_call|>' }}{%- endfor %}"
                + "{%- for p in m.content %}{{- p.text }}{%- endfor %}"
                + "{{- '<|tool_response>' if m.tool_calls else '<turn|>\\n' }}"
                + "{%- else %}{%- for p in m.content %}{{- 'response:{value:<|\"|>' ~ p.text ~ '<|\"|>}<tool_response|>' }}"
                + "{%- endfor %}{%- endif %}{% endfor %}");
        assertThat(found).contains(new ToolSyntax("<|tool_call>", "<tool_call|>", new QuotedForm("<|\"|>")));
        assertThat(found.orElseThrow().marks()).containsExactly("<|tool_call>", "<tool_call|>", "<|\"|>");
    }

    @Test
    void of_otherWays_isEmpty() throws IOException {
        String object = "{\"name\": \"{{ f.name }}\", \"arguments\": {{ f.arguments | tojson }}}";
        assertThat(ofCall("", object, "")).as("no marks").isEmpty();
        assertThat(ofCall("[CALLS][", object + "{% if not loop.last %}, {% endif %}", "]"))
                .as("one list")
                .isEmpty();
        assertThat(ofCall("", "<call>{{ f.name }}({{ f.arguments | tojson }})</call>", ""))
                .as("no object")
                .isEmpty();
    }

    @Test
    void of_templateWithoutTools_isEmpty() throws IOException {
        assertThat(syntax("{% for m in messages %}" + OTHERS + "<end>\n{% endif %}{% endfor %}"))
                .isEmpty();
        assertThat(syntax("{{ raise_exception('only users') }}")).isEmpty();
    }
}
