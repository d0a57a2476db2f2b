package dev.embedonce.store.redis;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.StoreRisks;
import dev.embedonce.store.StoreUrl;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Redis URL says.
 *
 * @param user null for the default user
 * @param password null for none; never printed
 * @param ca PEM certificates to trust instead of the platform's, or null
 * @param prefix of every key
 * @param ttl how long an entry is kept, or null for ever
 * @param allowEviction whether the server may drop entries when its memory is full
 * @param timeout for connecting and for each answer
 */
record RedisSettings(
        boolean tls,
        String host,
        int port,
        int database,
        @Nullable String user,
        @Nullable String password,
        @Nullable Path ca,
        String prefix,
        @Nullable Duration ttl,
        boolean allowEviction,
        Duration timeout) {
    private static final Pattern ADDRESS =
            Pattern.compile("//(?:(?<user>[^/]*)@)?(?<host>\\[[0-9a-fA-F:.]+]|[^:/@\\[\\]]+)"
                    + "(?::(?<port>\\d{1,5}))?(?:/(?<database>\\d{0,5}))?");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)?");
    private static final int DEFAULT_PORT = 6379;

    /**
     * Reads a URL.
     *
     * @param environment where a password is looked for that the URL does not have: REDIS_PASSWORD, then REDISCLI_AUTH
     */
    static RedisSettings of(StoreUrl url, UnaryOperator<@Nullable String> environment) {
        url.requireOnly("ttl", "prefix", "allow-eviction", "timeout", "ca");
        Matcher address = ADDRESS.matcher(url.rest());
        if (!address.matches()) {
            throw new StoreUrlException("a Redis store is written '" + url.scheme()
                    + "://[user:password@]host[:port][/database]'; found '" + url + "'");
        }
        String userInfo = address.group("user");
        int colon = userInfo == null ? -1 : userInfo.indexOf(':');
        String user = userInfo == null ? null : decoded(colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = userInfo != null && colon >= 0 ? decoded(userInfo.substring(colon + 1)) : null;
        if (password == null) {
            password = environment.apply("REDIS_PASSWORD");
        }
        if (password == null) {
            password = environment.apply("REDISCLI_AUTH");
        }
        String ttl = url.option("ttl", "");
        String ca = url.option("ca", "");
        return new RedisSettings(
                url.scheme().equals("rediss"),
                address.group("host").replaceAll("[\\[\\]]", ""),
                number(address.group("port"), DEFAULT_PORT),
                number(address.group("database"), 0),
                user == null || user.isEmpty() ? null : user,
                password == null || password.isEmpty() ? null : password,
                ca.isEmpty() ? null : Path.of(ca),
                url.option("prefix", "embedonce:"),
                ttl.isEmpty() ? null : time("ttl", ttl),
                flag(url, "allow-eviction"),
                time("timeout", url.option("timeout", "10s")));
    }

    /** The address without user or password. */
    String description() {
        return (tls ? "rediss://" : "redis://") + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/"
                + database;
    }

    /** What is dangerous about this, for a warning that names the remedy; null if nothing is. */
    @Nullable
    String risk() {
        return tls || StoreRisks.isLoopback(host)
                ? null
                : description()
                        + " is used without TLS: whoever is on the way can read and change what is kept there, and reads the password;"
                        + " write rediss:// instead of redis://";
    }

    /** The address: a record's own text would show the password. */
    @Override
    public String toString() {
        return description();
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new StoreUrlException("malformed percent-encoding in the user or password of a Redis URL");
        }
    }

    private static int number(@Nullable String digits, int otherwise) {
        return digits == null || digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    }

    private static boolean flag(StoreUrl url, String name) {
        String value = url.option(name, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new StoreUrlException(name + " is true or false; found '" + value + "'");
        }
        return value.equals("true");
    }

    private static Duration time(String name, String value) {
        Matcher matcher = TIME.matcher(value);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new StoreUrlException(name + " is a time such as 500ms, 30s, 12h or 7d; found '" + value + "'");
        }
        long count = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            default -> Duration.ofSeconds(count);
        };
    }
}
