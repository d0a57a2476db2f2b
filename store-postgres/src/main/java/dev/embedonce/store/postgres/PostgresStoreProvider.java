package dev.embedonce.store.postgres;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.support.StoreRisks;
import java.util.Set;

/**
 * Opens {@code postgresql://[user[:password]@]host[:port]/database}. Options: {@code schema}, where the tables lie;
 * {@code sslmode} and {@code sslrootcert}, as for every PostgreSQL client; {@code timeout}. Without a password in the
 * URL, PGPASSWORD of the environment or the file {@code .pgpass} is used.
 */
public final class PostgresStoreProvider implements StoreProvider {
    @Override
    public Set<String> schemes() {
        return Set.of("postgresql", "postgres");
    }

    @Override
    public CacheStore open(StoreUrl url) {
        PostgresSettings settings = PostgresSettings.of(url, System::getenv);
        StoreRisks.warnOnce(settings.risk());
        return PostgresCacheStore.open(settings);
    }
}
