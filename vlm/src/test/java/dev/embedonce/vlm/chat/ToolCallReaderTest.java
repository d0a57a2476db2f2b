package dev.embedonce.vlm.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.chat.ToolCallReader.Call;
import dev.embedonce.vlm.chat.ToolCallReader.Said;
import dev.embedonce.vlm.chat.ToolCallReader.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ToolCallReaderTest {
    private static final ToolSyntax SYNTAX = new ToolSyntax("<tool_call>", "</tool_call>", "name", "arguments");

    /** In pieces of every size: what is said, with neighbouring texts joined, must not depend on it. */
    private static List<Said> read(String answer) {
        List<Said> whole = read(answer, answer.length());
        for (int size = 1; size < answer.length(); size++) {
            assertThat(read(answer, size)).as("pieces of " + size).isEqualTo(whole);
        }
        return whole;
    }

    private static List<Said> read(String answer, int size) {
        AtomicInteger ids = new AtomicInteger();
        ToolCallReader reader =
                new ToolCallReader(SYNTAX, Set.of("weather", "clock"), () -> "id" + ids.incrementAndGet());
        List<Said> said = new ArrayList<>();
        for (int at = 0; at < answer.length(); at += size) {
            said.addAll(reader.next(answer.substring(at, Math.min(at + size, answer.length()))));
        }
        said.addAll(reader.rest());
        List<Said> joined = new ArrayList<>();
        for (Said next : said) {
            int last = joined.size() - 1;
            if (next instanceof Text text && last >= 0 && joined.get(last) instanceof Text before) {
                joined.set(last, new Text(before.text() + text.text()));
            } else {
                joined.add(next);
            }
        }
        return joined;
    }

    private static Call call(int id, String name, Map<String, Object> arguments) {
        return new Call(new ToolCall("id" + id, name, arguments));
    }

    @Test
    void read_textAlone_isTheSameText() {
        assertThat(read("a < b, <tool> and \n <tool_cal")).containsExactly(new Text("a < b, <tool> and \n <tool_cal"));
    }

    @Test
    void read_twoCallsBehindText_givesTextAndCallsWithoutSpace() {
        assertThat(read("""
                I look.
                <tool_call>
                {"name": "weather", "arguments": {"city": "Oslo", "days": 2}}
                </tool_call>
                <tool_call>
                {"name": "clock", "arguments": {}}
                </tool_call>
                """))
                .containsExactly(
                        new Text("I look."),
                        call(1, "weather", Map.of("city", "Oslo", "days", 2)),
                        call(2, "clock", Map.of()));
    }

    @Test
    void read_textBehindACall_isText() {
        assertThat(read("<tool_call>{\"name\": \"clock\", \"arguments\": {}}</tool_call>\n So."))
                .containsExactly(call(1, "clock", Map.of()), new Text("So."));
    }

    @Test
    void read_closingMarkInsideArguments_isPartOfThem() {
        assertThat(read("<tool_call>{\"name\": \"clock\", \"arguments\": {\"x\": \"</tool_call>\"}}</tool_call>"))
                .containsExactly(call(1, "clock", Map.of("x", "</tool_call>")));
    }

    @Test
    void read_lastCallNotClosed_isACallIfItsObjectIsWhole() {
        assertThat(read("<tool_call>{\"name\": \"clock\", \"arguments\": {}}"))
                .containsExactly(call(1, "clock", Map.of()));
    }

    @Test
    void read_brokenUnknownOrCutOff_isText() {
        for (String none : List.of(
                "<tool_call>{\"name\": \"clock\", \"arguments\": </tool_call> done",
                "<tool_call>{\"name\": \"other\", \"arguments\": {}}</tool_call>",
                "<tool_call>{\"name\": \"clock\", \"arguments\": []}</tool_call>",
                "<tool_call>{\"name\": \"clock\", \"argum",
                "<tool_call>nothing</tool_call>")) {
            assertThat(read(none)).containsExactly(new Text(none));
        }
    }
}
