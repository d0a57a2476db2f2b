package dev.embedonce.spark.job;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Takes options by name out of a map: letter case, hyphens and underscores do not count. Not thread-safe. */
final class OptionReader {
    private final Map<String, String> left = new TreeMap<>();
    private final TreeSet<String> known = new TreeSet<>();

    OptionReader(Map<String, String> given) {
        given.forEach((name, value) -> {
            if (left.put(plain(name), value) != null) {
                throw new IllegalArgumentException("the option '" + name + "' is there twice");
            }
        });
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    @Nullable
    String text(String name) {
        known.add(name);
        return left.remove(plain(name));
    }

    String text(String name, String otherwise) {
        String value = text(name);
        return value == null ? otherwise : value;
    }

    boolean flag(String name) {
        String value = text(name, "false").toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(name + ": expected true or false; found '" + value + "'");
        }
        return value.equals("true");
    }

    /** A number of at least 1. */
    long number(String name, long otherwise) {
        String value = text(name);
        try {
            long number = value == null ? otherwise : Long.parseLong(value);
            if (number >= 1) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(name + ": expected a number of at least 1; found '" + value + "'");
    }

    /** Refuses what nobody has asked for: a mistyped option would otherwise be ignored. */
    void requireNoneLeft() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("unknown option " + left.keySet() + "; there are " + known);
        }
    }
}
