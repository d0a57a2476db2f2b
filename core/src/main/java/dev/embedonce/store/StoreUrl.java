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
 * {@code files:/data/cache?max-bytes=20GB} or {@code postgresql://user:secret@host/db}. A password may have an {@code
 * @} as it is; other characters that have a meaning in a URL are percent-encoded in it. Neither {@link #toString()} nor
 * a message shows a password, or any text that may be a part of one because it stands in the wrong place.
 *
 * @param scheme lower-case, chooses the provider
 * @param rest everything between the scheme's colon and the question mark, undecoded
 * @param options decoded, by name
 */
public record StoreUrl(String scheme, String rest, Map<String, String> options) {
    private static final Pattern OPTION_NAME = Pattern.compile("[a-z][a-z-]{0,30}");
    private static final Pattern SECRET_NAME = Pattern.compile("(?i)pass|pwd|secret|token|key|auth|cred");
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:/\\[\\]]*)(:\\d{1,5})?(/[^:]*)?");

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
            boolean harmless = url.indexOf(':') < 0 && url.indexOf('@') < 0;
            throw new StoreUrlException("a store URL starts with its kind and a colon, such as sqlite:cache.db"
                    + (harmless ? "; found '" + url + "'" : ""));
        }
        int question = url.indexOf('?', colon);
        String rest = question < 0 ? url.substring(colon + 1) : url.substring(colon + 1, question);
        if (question >= 0 && rest.startsWith("//") && mayCutAPassword(rest, url.substring(question))) {
            throw new StoreUrlException(
                    "what stands before the question mark of a store URL is no host: in a password write ? as %3F, and"
                            + " in an option @ as %40");
        }
        Map<String, String> options = new TreeMap<>();
        if (question >= 0 && question + 1 < url.length()) {
            for (String part : url.substring(question + 1).split("&", -1)) {
                int equals = part.indexOf('=');
                if (equals < 1) {
                    throw new StoreUrlException("a store option is name=value; found one without name or value (in a"
                            + " password write ? as %3F)");
                }
                String name = decode(part.substring(0, equals));
                if (options.put(name, decode(part.substring(equals + 1))) != null) {
                    throw new StoreUrlException("the store option " + shown(name) + " is given twice");
                }
            }
        }
        return new StoreUrl(url.substring(0, colon).toLowerCase(Locale.ROOT), rest, options);
    }

    /** Whether the question mark may be one of a password's: an {@code @} follows, or what is before it is no host. */
    private static boolean mayCutAPassword(String rest, String query) {
        return query.indexOf('@') >= 0
                || (rest.indexOf('@') < 0 && !HOST.matcher(rest.substring(2)).matches());
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // without its cause, which shows the text
            throw new StoreUrlException("malformed percent-encoding in the options of a store URL");
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
                throw new StoreUrlException("the " + scheme + " store has no option " + shown(name) + "; it has "
                        + String.join(", ", new TreeSet<>(Arrays.asList(known))));
            }
        }
    }

    /**
     * A byte count such as {@code 500MB}, {@code 20GiB} or {@code 1048576}: K, M, G, T are powers of 1000, Ki, Mi, Gi,
     * Ti of 1024.
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
            boolean secret = SECRET_NAME.matcher(option.getKey()).find() || !isName(option.getKey());
            url.append(separator).append(isName(option.getKey()) ? option.getKey() : "***");
            url.append('=').append(secret ? "***" : option.getValue());
            separator = '&';
        }
        return url.toString();
    }

    /**
     * An address with all that is, or may be meant as, a password replaced: what stands between the first colon and the
     * last {@code @}, and what stands in the place of a port and is none.
     */
    private static String redacted(String rest) {
        if (!rest.startsWith("//")) {
            return rest;
        }
        int at = rest.lastIndexOf('@');
        String user = at < 0 ? "" : rest.substring(2, at);
        String host = rest.substring(at < 0 ? 2 : at + 1);
        int colon = user.indexOf(':');
        return "//"
                + (at < 0 ? "" : (colon < 0 ? user : user.substring(0, colon) + ":***") + "@")
                + (HOST.matcher(host).matches() ? host : host.replaceFirst(":.*", ":***"));
    }

    private static boolean isName(String option) {
        return OPTION_NAME.matcher(option).matches();
    }

    /**
     * An option's name for a message. Of what does not look like a name nothing is shown: it may come of a password
     * with a question mark.
     */
    private static String shown(String option) {
        return isName(option) ? "'" + option + "'" : "of that name";
    }
}
