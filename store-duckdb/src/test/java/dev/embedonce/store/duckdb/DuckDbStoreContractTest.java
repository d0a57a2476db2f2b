package dev.embedonce.store.duckdb;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.testkit.CacheStoreContract;
import dev.embedonce.testkit.CorruptionContract;
import dev.embedonce.testkit.CrashContract;
import dev.embedonce.testkit.FolderContract;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

class DuckDbStoreContractTest extends CacheStoreContract implements CorruptionContract, CrashContract, FolderContract {
    @TempDir
    Path folder;

    private int urls;

    @Override
    public String newUrl() {
        return "duckdb:" + folder.resolve(urls++ + ".duckdb");
    }

    @Override
    public String urlIn(Path otherFolder) {
        return "duckdb:" + otherFolder.resolve("cache.duckdb");
    }

    @Override
    public boolean mayBeReadInItsFolder(Path file) {
        return file.toString().endsWith(".wal");
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(true, false, DuckDbCacheStore.MAX_ENTRY_BYTES);
    }

    @Override
    public void tamper(
            String url,
            CacheStore store,
            CacheKey key,
            UnaryOperator<byte[]> onHeader,
            UnaryOperator<byte[]> onPayload) {
        String where = " WHERE model_version = ? AND preproc_version = ? AND content_hash = ?";
        DuckDbFile file = DuckDbFile.open(Path.of(StoreUrl.parse(url).rest()), OptionalLong.empty());
        try {
            file.write(session -> {
                PreparedStatement find = session.prepare("SELECT header, apart FROM " + Schema.HEADERS + where);
                byte[] header;
                boolean apart;
                try (ResultSet row = bind(find, 1, key).executeQuery()) {
                    row.next();
                    header = row.getBytes(1);
                    apart = row.getBoolean(2);
                }
                PreparedStatement setHeader = session.prepare("UPDATE " + Schema.HEADERS + " SET header = ?" + where);
                setHeader.setBytes(1, onHeader.apply(header));
                bind(setHeader, 2, key).executeUpdate();
                if (apart) {
                    PreparedStatement payload =
                            session.prepare("SELECT payload FROM " + Schema.PAYLOADS + " WHERE key_id = ?");
                    payload.setObject(1, Keys.id(key));
                    byte[] changed = onPayload.apply(only(payload));
                    PreparedStatement set =
                            session.prepare("UPDATE " + Schema.PAYLOADS + " SET payload = ? WHERE key_id = ?");
                    set.setBytes(1, changed);
                    set.setObject(2, Keys.id(key));
                    set.executeUpdate();
                } else {
                    PreparedStatement vector = session.prepare("SELECT vec FROM " + Schema.EMBEDDINGS + where);
                    byte[] changed = onPayload.apply(only(bind(vector, 1, key)));
                    PreparedStatement set = session.prepare("UPDATE " + Schema.EMBEDDINGS + " SET vec = ?" + where);
                    set.setBytes(1, changed);
                    bind(set, 2, key).executeUpdate();
                }
                return true;
            });
        } finally {
            file.release();
        }
    }

    private static PreparedStatement bind(PreparedStatement statement, int from, CacheKey key) throws SQLException {
        statement.setString(from, key.modelVersion());
        statement.setString(from + 1, key.preprocVersion());
        statement.setString(from + 2, key.contentHash().hex());
        return statement;
    }

    private static byte[] only(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBytes(1);
        }
    }
}
