package dev.embedonce.template.internal.value;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what the caller gives into values, copying all of it. */
public final class Inputs {
    private Inputs() {}

    /**
     * Copies a value.
     *
     * @param place how to reach the value, for messages
     * @throws IllegalArgumentException if a template cannot read it
     */
    public static Object value(@Nullable Object given, String place) {
        if (given == null) {
            return None.NONE;
        }
        if (given instanceof JsonNode node) {
            return json(node, place);
        }
        if (given instanceof Map<?, ?> map) {
            return dict(map, place);
        }
        if (given instanceof Collection<?> items) {
            return list(items, place);
        }
        if (given instanceof String || given instanceof Boolean || given instanceof Long || given instanceof Double) {
            return given;
        }
        if (given instanceof Integer || given instanceof Short || given instanceof Byte) {
            return ((Number) given).longValue();
        }
        if (given instanceof Float number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException("template variable " + place + " is a "
                + given.getClass().getName() + ", which a template cannot read");
    }

    private static List<Object> list(Iterable<?> items, String place) {
        List<Object> values = new ArrayList<>();
        items.forEach(item -> values.add(value(item, place + "[" + values.size() + "]")));
        return values;
    }

    private static Dict dict(Map<?, ?> map, String place) {
        Dict dict = new Dict();
        map.forEach((key, item) -> dict.put(value(key, place), value(item, place + "." + key)));
        return dict;
    }

    private static Object json(JsonNode node, String place) {
        return switch (node.getNodeType()) {
            case NULL -> None.NONE;
            case BOOLEAN -> node.booleanValue();
            case STRING -> node.textValue();
            case NUMBER -> number(node, place);
            case ARRAY -> list(node, place);
            case OBJECT -> {
                Dict dict = new Dict();
                node.properties()
                        .forEach(field ->
                                dict.put(field.getKey(), json(field.getValue(), place + "." + field.getKey())));
                yield dict;
            }
            default ->
                throw new IllegalArgumentException("template variable " + place + " is a JSON " + node.getNodeType()
                        + ", which a template cannot read");
        };
    }

    private static Object number(JsonNode node, String place) {
        if (!node.isIntegralNumber()) {
            return node.doubleValue();
        }
        BigInteger integer = node.bigIntegerValue();
        if (integer.bitLength() >= Long.SIZE) {
            throw new IllegalArgumentException("template variable " + place + " does not fit into 64 bits: " + integer);
        }
        return integer.longValue();
    }
}
