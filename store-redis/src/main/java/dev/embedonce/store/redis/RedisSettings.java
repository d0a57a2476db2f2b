package dev.embedonce.store.redis;

import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.support.ServerAddress;
import dev.embedonce.store.support.StoreRisks;
import dev.embedonce.store.support.UrlOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a Redis URL says.
 *
 * @param server its user null for the default user
 * @param ca PEM certificates to trust instead of the platform's, or null
 * @param prefix of every key
 * @param ttl how long an entry is kept, or null for ever
 * @param allowEviction whether the server may drop entries when its memory is full
 * @param timeout for connecting and for each answer
 */
record RedisSettings(
        boolean tls,
        ServerAddress server,
        int database,
        @Nullable Path ca,
        String prefix,
        @Nullable Duration ttl,
        boolean allowEviction,
        Duration timeout) {
    private static final String FORM = "//[user:password@]host[:port][/database]";
    private static final int DEFAULT_PORT = 6379;

    /**
     * Reads a URL.
     *
     * @param environment where a password is looked for that the URL does not have: REDIS_PASSWORD, then REDISCLI_AUTH
     */
    static RedisSettings of(StoreUrl url, UnaryOperator<@Nullable String> environment) {
        url.requireOnly("ttl", "prefix", "allow-eviction", "timeout", "ca");
        ServerAddress server = ServerAddress.of(url, DEFAULT_PORT, FORM)
                .orPassword(environment.apply("REDIS_PASSWORD"))
                .orPassword(environment.apply("REDISCLI_AUTH"));
        String database = server.database() == null ? "0" : server.database();
        if (!database.matches("\\d{1,5}")) {
            throw ServerAddress.malformed(url, FORM);
        }
        String ca = url.option("ca", "");
        return new RedisSettings(
                url.scheme().equals("rediss"),
                server,
                Integer.parseInt(database),
                ca.isEmpty() ? null : Path.of(ca),
                url.option("prefix", "embedonce:"),
                url.option("ttl", "").isEmpty() ? null : UrlOptions.duration(url, "ttl", ""),
                UrlOptions.flag(url, "allow-eviction"),
                UrlOptions.timeout(url, "timeout", "10s"));
    }

    /** The address without user or password. */
    String description() {
        return (tls ? "rediss://" : "redis://") + server.hostAndPort() + "/" + database;
    }

    /** What is dangerous about this, for a warning that names the remedy; null if nothing is. */
    @Nullable
    String risk() {
        return tls || StoreRisks.isLoopback(server.host())
                ? null
                : description()
                        + " is used without TLS: whoever is on the way can read and change what is kept there, and reads the password;"
                        + " write rediss:// instead of redis://";
    }

    @Override
    public String toString() {
        return description();
    }
}
