package dev.embedonce.store.sqlite;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.testkit.CacheStoreContract;
import dev.embedonce.testkit.CorruptionContract;
import dev.embedonce.testkit.CrashContract;
import dev.embedonce.testkit.FolderContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreContractTest extends CacheStoreContract implements CorruptionContract, CrashContract, FolderContract {
    @TempDir
    Path folder;

    private int places;

    @Override
    public String newUrl() {
        return urlIn(folder.resolve(Integer.toString(places++)));
    }

    @Override
    public String urlIn(Path place) {
        return "sqlite:" + place.resolve("cache.db");
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(true, true, SqliteCacheStore.MAX_ENTRY_BYTES);
    }

    @Override
    public Optional<CacheStore> open(String url, Clock clock) {
        Path file = Path.of(StoreUrl.parse(url).rest());
        return Optional.of(SqliteCacheStore.open(file, new SqliteOptions(false, Duration.ofSeconds(10), 0, clock)));
    }

    @Override
    public void tamper(
            String url, CacheStore store, CacheKey key, UnaryOperator<byte[]> onHeader, UnaryOperator<byte[]> onPayload)
            throws Exception {
        String where = " WHERE content_hash = ? AND namespace ="
                + " (SELECT id FROM namespaces WHERE model_version = ? AND preproc_version = ?)";
        try (Connection raw = DriverManager.getConnection(
                        "jdbc:sqlite:" + StoreUrl.parse(url).rest());
                PreparedStatement select = raw.prepareStatement("SELECT header, payload FROM entries" + where);
                PreparedStatement update = raw.prepareStatement("UPDATE entries SET header = ?, payload = ?" + where)) {
            byte[] header;
            byte[] payload;
            bind(select, 1, key);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    throw new AssertionError("there is no row of " + key);
                }
                header = row.getBytes(1);
                payload = row.getBytes(2);
            }
            update.setBytes(1, onHeader.apply(header));
            update.setBytes(2, onPayload.apply(payload));
            bind(update, 3, key);
            if (update.executeUpdate() != 1) {
                throw new AssertionError("nothing was changed");
            }
        }
    }

    private static void bind(PreparedStatement statement, int first, CacheKey key) throws Exception {
        statement.setBytes(first, key.contentHash().toBytes());
        statement.setString(first + 1, key.modelVersion());
        statement.setString(first + 2, key.preprocVersion());
    }
}
