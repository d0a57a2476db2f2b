package dev.embedonce.vlm.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An object with bare keys behind {@code call:} and the tool's name, as Gemma 4 writes it: <code>
 * call:weather{city:&lt;|"|&gt;Oslo&lt;|"|&gt;,days:2}</code>. Strings stand between quotes of their own, in which
 * nothing is escaped.
 *
 * @param quote before and after a string
 */
public record QuotedForm(String quote) implements CallForm {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String CALL = "call:";
    private static final int MOST_NESTED = 64;

    @Override
    public Optional<Content> read(String text, Map<String, Map<String, Object>> tools) {
        String call = text.strip();
        int object = call.indexOf('{');
        if (!call.startsWith(CALL) || object < 0) {
            return Optional.empty();
        }
        String name = call.substring(CALL.length(), object).strip();
        try {
            Reader reader = new Reader(call, object);
            Map<String, Object> arguments = reader.object(0);
            return tools.containsKey(name) && reader.isAtEnd()
                    ? Optional.of(new Content(name, arguments))
                    : Optional.empty();
        } catch (NotACallException e) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> marks() {
        return List.of(quote);
    }

    static @Nullable Found find(String text, int from, String tool, String key, String value) {
        Matcher matcher = Pattern.compile(CALL + Pattern.quote(tool) + "\\{" + Pattern.quote(key) + ":(\\S+?)"
                        + Pattern.quote(value) + "\\1}")
                .matcher(text);
        return matcher.find(from) ? new Found(matcher.start(), matcher.end(), new QuotedForm(matcher.group(1))) : null;
    }

    private static final class NotACallException extends Exception {
        private static final long serialVersionUID = 1;

        NotACallException() {
            super(null, null, false, false);
        }
    }

    /** Reads values one after the other. */
    private final class Reader {
        private final String text;
        private int at;

        Reader(String text, int at) {
            this.text = text;
            this.at = at;
        }

        boolean isAtEnd() {
            return at == text.length();
        }

        Map<String, Object> object(int depth) throws NotACallException {
            Map<String, Object> object = new LinkedHashMap<>();
            take("{");
            while (!has("}")) {
                if (!object.isEmpty()) {
                    take(",");
                }
                String key = has(quote) ? string() : until(":");
                take(":");
                object.put(key.strip(), value(depth + 1));
            }
            take("}");
            return object;
        }

        private List<Object> list(int depth) throws NotACallException {
            List<Object> list = new ArrayList<>();
            take("[");
            while (!has("]")) {
                if (!list.isEmpty()) {
                    take(",");
                }
                list.add(value(depth + 1));
            }
            take("]");
            return list;
        }

        private @Nullable Object value(int depth) throws NotACallException {
            if (depth > MOST_NESTED) {
                throw new NotACallException();
            }
            if (has(quote)) {
                return string();
            }
            return has("{") ? object(depth) : has("[") ? list(depth) : bare();
        }

        private String string() throws NotACallException {
            take(quote);
            String string = until(quote);
            take(quote);
            return string;
        }

        /** A number, {@code true}, {@code false}, or nothing as Python or JSON says it. */
        private @Nullable Object bare() throws NotACallException {
            int end = at;
            while (end < text.length() && ",]}".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            String word = text.substring(at, end).strip();
            at = end;
            try {
                return word.equals("None") ? null : JSON.readValue(word, Object.class);
            } catch (JsonProcessingException e) {
                throw new NotACallException();
            }
        }

        private String until(String mark) throws NotACallException {
            int end = text.indexOf(mark, at);
            if (end < 0) {
                throw new NotACallException();
            }
            String part = text.substring(at, end);
            at = end;
            return part;
        }

        /** Whether that comes next, behind white space. */
        private boolean has(String mark) {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.startsWith(mark, at);
        }

        private void take(String mark) throws NotACallException {
            if (!has(mark)) {
                throw new NotACallException();
            }
            at += mark.length();
        }
    }
}
