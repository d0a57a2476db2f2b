package dev.embedonce.store;

import dev.embedonce.error.StoreUrlException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store's address: {@code scheme:rest[?option=value&...]}, such as {@code sqlite:cache.db},
 * {@code files:/data/cache?max-bytes=20GB} or {@code postgresql://user:secret@host/db}. {@link #toString()} never shows a password.
 *
 * @param scheme lower-case, chooses the provider
 * @param rest everything between the scheme's colon and the question mark, undecoded
 * @param options decoded, by name
 */
public record StoreUrl(String scheme, String rest, Map<String, String> options) {
    public StoreUrl {
        options = Collections.unmodifiableMap(new TreeMap<>(options));
    }

    /**
     * Reads a URL.
     *
     * @throws StoreUrlException if it has no scheme or a malformed option
     */
    public static StoreUrl parse(String url) {
        int colon = url.indexOf(':');
        if (colon < 2 || !url.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]+")) {
            throw new StoreUrlException("a store URL starts with its kind and a colon, such as sqlite:cache.db; found '"
                    + redacted(url) + "'");
        }
        int question = url.indexOf('?', colon);
        String rest = question < 0 ? url.substring(colon + 1) : url.substring(colon + 1, question);
        Map<String, String> options = new TreeMap<>();
        if (question >= 0 && question + 1 < url.length()) {
            for (String part : url.substring(question + 1).split("&", -1)) {
                int equals = part.indexOf('=');
                if (equals < 1) {
                    throw new StoreUrlException("a store option is name=value; found '" + part + "'");
                }
                String name = decode(part.substring(0, equals));
                if (options.put(name, decode(part.substring(equals + 1))) != null) {
                    throw new StoreUrlException("the store option '" + name + "' is given twice");
                }
            }
        }
        return new StoreUrl(url.substring(0, colon).toLowerCase(Locale.ROOT), rest, options);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new StoreUrlException("malformed percent-encoding in '" + text + "'", e);
        }
    }

    /** One option's value, or {@code otherwise} if it is not given. */
    public String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    /**
     * Refuses misspelt options.
     *
     * @throws StoreUrlException if an option is not among {@code known}
     */
    public void requireOnly(String... known) {
        for (String name : options.keySet()) {
            if (!Arrays.asList(known).contains(name)) {
                throw new StoreUrlException("the " + scheme + " store has no option '" + name + "'; it has "
                        + String.join(", ", new TreeSet<>(Arrays.asList(known))));
            }
        }
    }

    /**
     * A byte count such as {@code 500MB}, {@code 20GiB} or {@code 1048576}: K, M, G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024.
     *
     * @throws StoreUrlException if the value is not one
     */
    public static long parseBytes(String what, String value) {
        Matcher matcher =
                Pattern.compile("(\\d{1,15})\\s*([kmgtKMGT]?)(i?)[bB]?").matcher(value.strip());
        if (!matcher.matches()
                || (matcher.group(2).isEmpty() && !matcher.group(3).isEmpty())) {
            throw new StoreUrlException(what + " is a number of bytes such as 500MB or 20GiB; found '" + value + "'");
        }
        long unit = matcher.group(3).isEmpty() ? 1000 : 1024;
        long bytes = Long.parseLong(matcher.group(1));
        try {
            for (int i = " kmgt"
                            .indexOf(
                                    matcher.group(2).isEmpty()
                                            ? " "
                                            : matcher.group(2).toLowerCase(Locale.ROOT));
                    i > 0;
                    i--) {
                bytes = Math.multiplyExact(bytes, unit);
            }
        } catch (ArithmeticException e) {
            throw new StoreUrlException(what + " is too large: '" + value + "'", e);
        }
        return bytes;
    }

    /** The URL with any password, and any option whose name speaks of one, replaced by stars. */
    @Override
    public String toString() {
        StringBuilder url = new StringBuilder(scheme).append(':').append(redacted(rest));
        char separator = '?';
        for (Map.Entry<String, String> option : options.entrySet()) {
            boolean secret = option.getKey().toLowerCase(Locale.ROOT).matches(".*(pass|secret|token|key).*");
            url.append(separator).append(option.getKey()).append('=').append(secret ? "***" : option.getValue());
            separator = '&';
        }
        return url.toString();
    }

    private static String redacted(String text) {
        return text.replaceFirst("(//[^/@:]*):[^@]*@", "$1:***@");
    }
}
