package dev.embedonce.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** As much of JSON Schema as our OpenAPI document uses. */
final class SchemaCheck {
    private final JsonNode schemas;

    SchemaCheck(JsonNode document) {
        this.schemas = document.at("/components/schemas");
    }

    /** What does not fit; nothing if all does. */
    List<String> problems(JsonNode value, String schema) {
        List<String> problems = new ArrayList<>();
        if (!schemas.has(schema)) {
            problems.add("no schema " + schema);
        } else {
            check(value, schemas.get(schema), schema, problems);
        }
        return problems;
    }

    private void check(JsonNode value, JsonNode schema, String path, List<String> problems) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").textValue();
            check(value, schemas.path(name.substring(name.lastIndexOf('/') + 1)), path, problems);
            return;
        }
        if (schema.has("oneOf")) {
            long fitting = 0;
            for (JsonNode choice : schema.get("oneOf")) {
                List<String> found = new ArrayList<>();
                check(value, choice, path, found);
                fitting += found.isEmpty() ? 1 : 0;
            }
            require(fitting == 1, path + ": " + fitting + " of oneOf fit", problems);
            return;
        }
        require(!schema.has("const") || schema.get("const").equals(value), path + ": another constant", problems);
        require(!schema.has("enum") || contains(schema.get("enum"), value), path + ": not in enum", problems);
        require(hasType(value, schema.path("type")), path + ": not of type " + schema.path("type"), problems);
        require(
                !schema.has("pattern")
                        || value.asText().matches(schema.get("pattern").textValue()),
                path + ": not of the pattern",
                problems);
        require(
                !schema.has("minimum")
                        || value.asDouble() >= schema.get("minimum").doubleValue(),
                path,
                problems);
        require(
                !schema.has("maximum")
                        || value.asDouble() <= schema.get("maximum").doubleValue(),
                path,
                problems);
        if (value.isObject()) {
            object(value, schema, path, problems);
        }
        if (value.isArray() && schema.has("items")) {
            require(value.size() >= schema.path("minItems").asInt(0), path + ": too few items", problems);
            for (JsonNode item : value) {
                check(item, schema.get("items"), path + "[]", problems);
            }
        }
    }

    private void object(JsonNode value, JsonNode schema, String path, List<String> problems) {
        for (JsonNode name : schema.path("required")) {
            require(value.has(name.textValue()), path + ": no " + name, problems);
        }
        value.properties().forEach(field -> {
            JsonNode known = schema.path("properties").path(field.getKey());
            if (known.isMissingNode()) {
                require(
                        schema.path("additionalProperties").asBoolean(true),
                        path + ": unknown " + field.getKey(),
                        problems);
            } else {
                check(field.getValue(), known, path + "." + field.getKey(), problems);
            }
        });
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (JsonNode item : list) {
            if (item.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasType(JsonNode value, JsonNode type) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (hasType(value, one)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asText("")) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            case "null" -> value.isNull();
            default -> true;
        };
    }

    private static void require(boolean fits, String problem, List<String> problems) {
        if (!fits) {
            problems.add(problem);
        }
    }
}
