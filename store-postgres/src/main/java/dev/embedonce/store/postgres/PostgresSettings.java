package dev.embedonce.store.postgres;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.StoreRisks;
import dev.embedonce.store.StoreUrl;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a PostgreSQL URL says.
 *
 * @param password null to leave it to {@code .pgpass} or a server that asks for none; never printed
 * @param schema where the tables lie
 * @param sslRootCert PEM file of the certificates to trust, or null for the driver's default
 * @param timeout for connecting and for each statement
 */
record PostgresSettings(
        String host,
        int port,
        String database,
        String user,
        @Nullable String password,
        String schema,
        String sslMode,
        @Nullable String sslRootCert,
        Duration timeout) {
    private static final Pattern ADDRESS = Pattern.compile(
            "//(?:(?<user>[^/]*)@)?(?<host>\\[[0-9a-fA-F:.]+]|[^:/@\\[\\]]+)(?::(?<port>\\d{1,5}))?/(?<database>[^/]+)");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m)?");
    private static final List<String> SSL_MODES =
            List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
    private static final int DEFAULT_PORT = 5432;

    /**
     * Reads a URL.
     *
     * @param environment where PGUSER and PGPASSWORD are looked for if the URL has no user or password
     */
    static PostgresSettings of(StoreUrl url, UnaryOperator<@Nullable String> environment) {
        url.requireOnly("schema", "sslmode", "sslrootcert", "timeout");
        Matcher address = ADDRESS.matcher(url.rest());
        if (!address.matches()) {
            throw new StoreUrlException("a PostgreSQL store is written '" + url.scheme()
                    + "://[user[:password]@]host[:port]/database'; found '" + url + "'");
        }
        String userInfo = address.group("user") == null ? "" : address.group("user");
        int colon = userInfo.indexOf(':');
        String user = decoded(colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = colon < 0 ? environment.apply("PGPASSWORD") : decoded(userInfo.substring(colon + 1));
        String userOfEnvironment = environment.apply("PGUSER");
        if (user.isEmpty()) {
            user = userOfEnvironment != null ? userOfEnvironment : System.getProperty("user.name", "postgres");
        }
        String schema = url.option("schema", "embedonce");
        if (!schema.matches("[A-Za-z_][A-Za-z0-9_]{0,62}")) {
            throw new StoreUrlException("a schema has 1 to 63 letters, digits and underscores; found '" + schema + "'");
        }
        String sslMode = url.option("sslmode", "prefer");
        if (!SSL_MODES.contains(sslMode)) {
            throw new StoreUrlException("sslmode is one of " + SSL_MODES + "; found '" + sslMode + "'");
        }
        String rootCert = url.option("sslrootcert", "");
        String port = address.group("port");
        return new PostgresSettings(
                address.group("host").replaceAll("[\\[\\]]", ""),
                port == null ? DEFAULT_PORT : Integer.parseInt(port),
                decoded(address.group("database")),
                user,
                password,
                schema,
                sslMode,
                rootCert.isEmpty() ? null : rootCert,
                time(url.option("timeout", "10s")));
    }

    /** The address without password. */
    String description() {
        return "postgresql://" + user + "@" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/"
                + database + "?schema=" + schema;
    }

    /** What is dangerous about this, for a warning that names the remedy; null if nothing is. */
    @Nullable
    String risk() {
        return sslMode.startsWith("verify-") || StoreRisks.isLoopback(host)
                ? null
                : description() + " is used without verified TLS (sslmode=" + sslMode
                        + "): whoever is on the way can pose as the server, read and change what is kept there;"
                        + " set sslmode=verify-full, and sslrootcert if the server's certificate is of an authority of your own";
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
            throw new StoreUrlException(
                    "malformed percent-encoding in the user, password or database of a PostgreSQL URL");
        }
    }

    private static Duration time(String value) {
        Matcher matcher = TIME.matcher(value);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new StoreUrlException("timeout is a time such as 500ms, 30s or 2m; found '" + value + "'");
        }
        long count = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofSeconds(count);
        };
    }
}
