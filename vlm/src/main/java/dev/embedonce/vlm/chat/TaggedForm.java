package dev.embedonce.vlm.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tags around the tool and each argument, as Qwen 3.5 writes them: {@code <function=weather><parameter=city>Oslo
 * </parameter></function>}, with line breaks around values, which do not belong to them. A value is text where the
 * tool's schema has a string or says nothing, else JSON, or one of Python's {@code True}, {@code False}, {@code None};
 * what is none of these is text.
 */
public record TaggedForm() implements CallForm {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Pattern CALL =
            Pattern.compile("\\s*<function=([^>\\s]+)>\\s*(.*?)\\s*</function>\\s*", Pattern.DOTALL);
    private static final Pattern PARAMETER =
            Pattern.compile("\\G<parameter=([^>\\s]+)>\\n?(.*?)\\n?</parameter>\\s*", Pattern.DOTALL);

    @Override
    public Optional<Content> read(String text, Map<String, Map<String, Object>> tools) {
        Matcher call = CALL.matcher(text);
        if (!call.matches() || !tools.containsKey(call.group(1))) {
            return Optional.empty();
        }
        Object properties = tools.get(call.group(1)).get("properties");
        Map<?, ?> schemas = properties instanceof Map<?, ?> map ? map : Map.of();
        Map<String, Object> arguments = new LinkedHashMap<>();
        Matcher parameter = PARAMETER.matcher(call.group(2));
        int end = 0;
        while (parameter.find()) {
            String key = parameter.group(1);
            arguments.put(key, value(parameter.group(2), schemas.get(key)));
            end = parameter.end();
        }
        return end == call.group(2).length() ? Optional.of(new Content(call.group(1), arguments)) : Optional.empty();
    }

    private static @Nullable Object value(String text, @Nullable Object schema) {
        if (isText(schema)) {
            return text;
        }
        try {
            return switch (text) {
                case "True" -> true;
                case "False" -> false;
                case "None" -> null;
                default -> JSON.readValue(text, Object.class);
            };
        } catch (JsonProcessingException e) {
            return text;
        }
    }

    /** Whether a schema lets a value be a string. */
    private static boolean isText(@Nullable Object schema) {
        if (!(schema instanceof Map<?, ?> map)) {
            return true;
        }
        List<?> choices = Stream.of("anyOf", "oneOf")
                .flatMap(key -> map.get(key) instanceof List<?> list ? list.stream() : Stream.of())
                .toList();
        Object type = map.get("type");
        return type == null
                ? choices.isEmpty() || choices.stream().anyMatch(TaggedForm::isText)
                : type.equals("string") || (type instanceof List<?> types && types.contains("string"));
    }

    static @Nullable Found find(String text, int from, String tool, String key, String value) {
        Matcher matcher = Pattern.compile("<function=" + Pattern.quote(tool) + ">\\s*<parameter=" + Pattern.quote(key)
                        + ">\\s*" + Pattern.quote(value) + "\\s*</parameter>\\s*</function>")
                .matcher(text);
        return matcher.find(from) ? new Found(matcher.start(), matcher.end(), new TaggedForm()) : null;
    }
}
