package dev.embedonce.vlm.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.chat.ToolCallReader.Call;
import dev.embedonce.vlm.chat.ToolCallReader.Said;
import dev.embedonce.vlm.chat.ToolCallReader.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ToolCallReaderTest {
    private static final ToolSyntax JSON =
            new ToolSyntax("<tool_call>", "</tool_call>", new JsonForm("name", "arguments"));
    private static final ToolSyntax TAGGED = new ToolSyntax("<tool_call>", "</tool_call>", new TaggedForm());
    private static final ToolSyntax QUOTED = new ToolSyntax("<|tool_call>", "<tool_call|>", new QuotedForm("<|\"|>"));

    private static final Map<String, Map<String, Object>> TOOLS = Map.of(
            "weather",
            Map.of(
                    "properties",
                    Map.of(
                            "city", Map.of("type", "string"),
                            "days", Map.of("type", "integer"),
                            "exact", Map.of("type", List.of("boolean", "null")),
                            "places", Map.of("anyOf", List.of(Map.of("type", "array"), Map.of("type", "null"))))),
            "clock",
            Map.of());

    private static List<Said> read(String answer) {
        return read(JSON, answer);
    }

    /** In pieces of every size: what is said, with neighbouring texts joined, must not depend on it. */
    private static List<Said> read(ToolSyntax syntax, String answer) {
        List<Said> whole = read(syntax, answer, answer.length());
        for (int size = 1; size < answer.length(); size++) {
            assertThat(read(syntax, answer, size)).as("pieces of " + size).isEqualTo(whole);
        }
        return whole;
    }

    private static List<Said> read(ToolSyntax syntax, String answer, int size) {
        AtomicInteger ids = new AtomicInteger();
        ToolCallReader reader = new ToolCallReader(syntax, TOOLS, () -> "id" + ids.incrementAndGet());
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

    private static Map<String, Object> withNull(Map<String, Object> arguments, String key) {
        Map<String, Object> result = new LinkedHashMap<>(arguments);
        result.put(key, null);
        return result;
    }

    @Test
    void readTagged_twoCallsBehindText_areTypedByTheirSchemas() {
        assertThat(read(TAGGED, """
                I look.

                <tool_call>
                <function=weather>
                <parameter=city>
                42
                </parameter>
                <parameter=days>
                2
                </parameter>
                <parameter=exact>
                True
                </parameter>
                <parameter=places>
                [{"at": "sea"}, 1.5]
                </parameter>
                <parameter=more>
                3
                </parameter>
                </function>
                </tool_call>
                <tool_call>
                <function=clock>
                </function>
                </tool_call>
                """))
                .containsExactly(
                        new Text("I look."),
                        call(
                                1,
                                "weather",
                                Map.of(
                                        "city",
                                        "42",
                                        "days",
                                        2,
                                        "exact",
                                        true,
                                        "places",
                                        List.of(Map.of("at", "sea"), 1.5),
                                        "more",
                                        "3")),
                        call(2, "clock", Map.of()));
    }

    @Test
    void readTagged_valuesOfManyLines_keepAllButTheirOwnBreaks() {
        assertThat(
                        read(
                                TAGGED,
                                "<tool_call><function=weather><parameter=city>\n\n a </tool_call>\n</function> b\n\n</parameter>"
                                        + "<parameter=days>soon</parameter><parameter=exact>None</parameter></function></tool_call>"))
                .containsExactly(call(
                        1,
                        "weather",
                        withNull(Map.of("city", "\n a </tool_call>\n</function> b\n", "days", "soon"), "exact")));
    }

    @Test
    void readTagged_brokenUnknownOrCutOff_isText() {
        for (String none : List.of(
                "<tool_call>\n<function=other>\n</function>\n</tool_call>",
                "<tool_call>\n<function=clock>\n<parameter=a>\n1\n</function>\n</tool_call>",
                "<tool_call>\n<function=clock>\nnow\n</function>\n</tool_call>",
                "<tool_call>\n<function=clock>\n<parameter=a>\n1\n</parameter>",
                "<tool_call>{\"name\": \"clock\", \"arguments\": {}}</tool_call>")) {
            assertThat(read(TAGGED, none)).containsExactly(new Text(none));
        }
    }

    @Test
    void readTagged_lastCallNotClosed_isACallIfItsFunctionIsWhole() {
        assertThat(read(TAGGED, "<tool_call>\n<function=clock>\n</function>"))
                .containsExactly(call(1, "clock", Map.of()));
    }

    @Test
    void readQuoted_twoCallsBehindText_haveTheirValues() {
        assertThat(read(
                        QUOTED,
                        "I look.<|tool_call>call:weather{city:<|\"|>Os\"lo, {<tool_call|>}<|\"|>,days:2,exact:false,"
                                + "places:[{at:<|\"|>sea<|\"|>},1.5,[]],none:None}<tool_call|>"
                                + "<|tool_call>call:clock{}<tool_call|>"))
                .containsExactly(
                        new Text("I look."),
                        call(
                                1,
                                "weather",
                                withNull(
                                        Map.of(
                                                "city",
                                                "Os\"lo, {<tool_call|>}",
                                                "days",
                                                2,
                                                "exact",
                                                false,
                                                "places",
                                                List.of(Map.of("at", "sea"), 1.5, List.of())),
                                        "none")),
                        call(2, "clock", Map.of()));
    }

    @Test
    void readQuoted_brokenUnknownOrCutOff_isText() {
        for (String none : List.of(
                "<|tool_call>call:other{}<tool_call|>",
                "<|tool_call>clock{}<tool_call|>",
                "<|tool_call>call:clock{a:b}<tool_call|>",
                "<|tool_call>call:clock{a:1,}<tool_call|>",
                "<|tool_call>call:clock{a:<|\"|>b}<tool_call|>",
                "<|tool_call>call:clock{} now<tool_call|>",
                "<|tool_call>call:clock{a:" + "[".repeat(100) + "<tool_call|>",
                "<|tool_call>call:clock{a:1")) {
            assertThat(read(QUOTED, none)).containsExactly(new Text(none));
        }
    }
}
