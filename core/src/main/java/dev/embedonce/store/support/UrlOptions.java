package dev.embedonce.store.support;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.StoreUrl;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what the URLs of several stores say in the same words. Stateless. */
public final class UrlOptions {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private UrlOptions() {}

    /**
     * The path of a store that is written {@code scheme:PATH}.
     *
     * @param what the path names, such as {@code file}
     * @param example of one
     * @throws StoreUrlException if there is none
     */
    public static Path path(StoreUrl url, String what, String example) {
        if (url.rest().isBlank()) {
            throw new StoreUrlException("the " + url.scheme() + " store needs a " + what + ", such as " + url.scheme()
                    + ":" + example + "; found '" + url + "'");
        }
        try {
            return Path.of(url.rest());
        } catch (InvalidPathException e) {
            throw new StoreUrlException("'" + url.rest() + "' is not a path: " + e.getMessage(), e);
        }
    }

    /**
     * Whether an option is {@code true}; without it, false.
     *
     * @throws StoreUrlException if it is neither {@code true} nor {@code false}
     */
    public static boolean flag(StoreUrl url, String name) {
        String value = url.option(name, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new StoreUrlException(name + " is true or false; found '" + value + "'");
        }
        return value.equals("true");
    }

    /**
     * A time to wait, as drivers take it: a {@link #duration} of at most 2^31-1 milliseconds.
     *
     * @throws StoreUrlException if it is not one
     */
    public static Duration timeout(StoreUrl url, String name, String otherwise) {
        Duration timeout = duration(url, name, otherwise);
        if (timeout.toMillis() > Integer.MAX_VALUE) {
            throw new StoreUrlException(name + " is at most 24 days; found '" + url.option(name, otherwise) + "'");
        }
        return timeout;
    }

    /**
     * A time, longer than zero: a whole number of {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}.
     *
     * @param otherwise the value if the option is not given
     * @throws StoreUrlException if it is not one
     */
    public static Duration duration(StoreUrl url, String name, String otherwise) {
        String value = url.option(name, otherwise);
        Matcher matcher = DURATION.matcher(value);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new StoreUrlException(name + " is a time such as 500ms, 30s, 12h or 7d; found '" + value + "'");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
