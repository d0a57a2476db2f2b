package dev.embedonce.vlm.chat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a model writes between the marks of a call: which tool, and its arguments. Immutable. */
public sealed interface CallForm permits JsonForm, TaggedForm, QuotedForm {
    /** A tool's name and arguments, as JSON has them. */
    record Content(String name, Map<String, Object> arguments) {}

    /**
     * Reads what stands between the marks of a call.
     *
     * @param tools the JSON schema of the arguments of each tool that was offered, by its name
     * @return empty if it is not a whole call, or not of one of these tools
     */
    Optional<Content> read(String text, Map<String, Map<String, Object>> tools);

    /** What it writes besides names and values that a tokenizer may have as special tokens. */
    default List<String> marks() {
        return List.of();
    }

    /** A form as it was found in a text, from {@code start} to {@code end}. */
    record Found(int start, int end, CallForm form) {}

    /**
     * Finds a call with one argument, a string.
     *
     * @param from where to begin in the text
     * @return the first call of that tool in any form; null if there is none
     */
    static @Nullable Found find(String text, int from, String tool, String key, String value) {
        Found json = JsonForm.find(text, from, tool, Map.of(key, value));
        if (json != null) {
            return json;
        }
        Found tagged = TaggedForm.find(text, from, tool, key, value);
        return tagged == null ? QuotedForm.find(text, from, tool, key, value) : tagged;
    }
}
