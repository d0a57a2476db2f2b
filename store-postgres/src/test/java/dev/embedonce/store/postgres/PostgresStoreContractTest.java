package dev.embedonce.store.postgres;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.testkit.CacheStoreContract;
import dev.embedonce.testkit.CorruptionContract;
import dev.embedonce.testkit.CrashContract;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What every store must do, for a PostgreSQL server. */
class PostgresStoreContractTest extends CacheStoreContract implements CorruptionContract, CrashContract {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private static @Nullable PostgresServer server;
    private static @Nullable Connection connection;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.start();
        connection = server().connect();
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (connection != null) {
            connection.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static PostgresServer server() {
        return Objects.requireNonNull(server, "the server is not running");
    }

    @Override
    public String newUrl() {
        return server().url("t" + SCHEMAS.incrementAndGet());
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(true, true, Integer.MAX_VALUE - 65_536);
    }

    @Override
    public void tamper(
            String url, CacheStore store, CacheKey key, UnaryOperator<byte[]> onHeader, UnaryOperator<byte[]> onPayload)
            throws SQLException {
        Connection past = Objects.requireNonNull(connection, "the server is not running");
        String entries = url.substring(url.indexOf("schema=") + "schema=".length()) + ".entries";
        String where = " WHERE content = ? AND namespace = (SELECT id FROM " + entries.replace("entries", "namespaces")
                + " WHERE digest = ?)";
        byte[] content = key.contentHash().toBytes();
        byte[] digest = Namespaces.Versions.of(key).digest();
        try (PreparedStatement select = past.prepareStatement("SELECT header, payload FROM " + entries + where);
                PreparedStatement update =
                        past.prepareStatement("UPDATE " + entries + " SET header = ?, payload = ?" + where)) {
            select.setBytes(1, content);
            select.setBytes(2, digest);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new IllegalStateException("nothing to tamper with");
                }
                update.setBytes(1, onHeader.apply(rows.getBytes(1)));
                update.setBytes(2, onPayload.apply(rows.getBytes(2)));
            }
            update.setBytes(3, content);
            update.setBytes(4, digest);
            if (update.executeUpdate() != 1) {
                throw new IllegalStateException("nothing was tampered with");
            }
        }
    }
}
