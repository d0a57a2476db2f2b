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
                .contains(new ToolSyntax("<tool_call>", "</tool_call>", "name", "arguments"));
        assertThat(ofCall(
                        "",
                        "[CALL]{\"parameters\": {{ f.arguments | tojson }}, \"function\": \"{{ f.name }}\"}[/CALL] ",
                        ""))
                .contains(new ToolSyntax("[CALL]", "[/CALL]", "function", "parameters"));
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
