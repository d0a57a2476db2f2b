package dev.embedonce.store.support;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.StoreUrl;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server as a store's URL names it: {@code //[user[:password]@]host[:port][/database]}. User, password and database
 * are percent-decoded, and a {@code +} is a plus.
 *
 * @param user null if the URL has none, or an empty one
 * @param password null if the URL has none; never printed
 * @param host a name or a number, that of an IPv6 address without its brackets
 * @param database null if the URL has none, or an empty one
 */
public record ServerAddress(
        @Nullable String user,
        @Nullable String password,
        String host,
        int port,
        @Nullable String database) {
    private static final Pattern ADDRESS =
            Pattern.compile("//(?:(?<user>[^/]*)@)?(?<host>\\[[0-9a-fA-F:.]+]|[^:/@\\[\\]]+)"
                    + "(?::(?<port>\\d{1,5}))?(?:/(?<database>[^/]*))?");

    /**
     * Reads a URL's address.
     *
     * @param defaultPort for a URL that has none
     * @param form how such a URL is written, for the message
     * @throws StoreUrlException if it is not one
     */
    public static ServerAddress of(StoreUrl url, int defaultPort, String form) {
        Matcher address = ADDRESS.matcher(url.rest());
        if (!address.matches()) {
            throw malformed(url, form);
        }
        String userInfo = address.group("user");
        int colon = userInfo == null ? -1 : userInfo.indexOf(':');
        String user = userInfo == null || colon < 0 ? userInfo : userInfo.substring(0, colon);
        String password = userInfo == null || colon < 0 ? null : decoded(userInfo.substring(colon + 1));
        String port = address.group("port");
        return new ServerAddress(
                user == null || user.isEmpty() ? null : decoded(user),
                password,
                address.group("host").replaceAll("[\\[\\]]", ""),
                port == null ? defaultPort : Integer.parseInt(port),
                address.group("database") == null || address.group("database").isEmpty()
                        ? null
                        : decoded(address.group("database")));
    }

    /** The exception for a URL that is written in another form. */
    public static StoreUrlException malformed(StoreUrl url, String form) {
        return new StoreUrlException(
                "the " + url.scheme() + " store is written '" + url.scheme() + ":" + form + "'; found '" + url + "'");
    }

    /** The same with a user, or null, if the URL has none. */
    public ServerAddress orUser(@Nullable String other) {
        return user != null ? this : new ServerAddress(other, password, host, port, database);
    }

    /** The same with a password, or null, if the URL has none; an empty one in the URL says that there is none. */
    public ServerAddress orPassword(@Nullable String other) {
        return password != null ? this : new ServerAddress(user, other, host, port, database);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // without its cause, which shows the text
            throw new StoreUrlException("malformed percent-encoding in the user, password or database of a store URL");
        }
    }

    /** Host and port as a URL has them. */
    public String hostAndPort() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** The address without user and password. */
    @Override
    public String toString() {
        return "//" + hostAndPort() + (database == null ? "" : "/" + database);
    }
}
