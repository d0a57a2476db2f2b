package dev.embedonce.store.postgres;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.support.ServerAddress;
import dev.embedonce.store.support.StoreRisks;
import dev.embedonce.store.support.UrlOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a PostgreSQL URL says.
 *
 * @param server its password null to leave it to {@code .pgpass} or a server that asks for none
 * @param schema where the tables lie
 * @param sslRootCert PEM file of the certificates to trust, or null for the driver's default
 * @param timeout for connecting and for each statement
 */
record PostgresSettings(
        ServerAddress server,
        String database,
        String user,
        String schema,
        String sslMode,
        @Nullable String sslRootCert,
        Duration timeout) {
    private static final String FORM = "//[user[:password]@]host[:port]/database";
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
        ServerAddress server = ServerAddress.of(url, DEFAULT_PORT, FORM)
                .orUser(environment.apply("PGUSER"))
                .orPassword(environment.apply("PGPASSWORD"));
        String database = server.database();
        if (database == null) {
            throw ServerAddress.malformed(url, FORM);
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
        return new PostgresSettings(
                server,
                database,
                server.user() == null ? System.getProperty("user.name", "postgres") : server.user(),
                schema,
                sslMode,
                rootCert.isEmpty() ? null : rootCert,
                UrlOptions.timeout(url, "timeout", "10s"));
    }

    /** The address without password. */
    String description() {
        return "postgresql://" + user + "@" + server.hostAndPort() + "/" + database + "?schema=" + schema;
    }

    /** What is dangerous about this, for a warning that names the remedy; null if nothing is. */
    @Nullable
    String risk() {
        return sslMode.startsWith("verify-") || StoreRisks.isLoopback(server.host())
                ? null
                : description() + " is used without verified TLS (sslmode=" + sslMode
                        + "): whoever is on the way can pose as the server, read and change what is kept there;"
                        + " set sslmode=verify-full, and sslrootcert if the server's certificate is of an authority of your own";
    }

    @Override
    public String toString() {
        return description();
    }
}
