package dev.embedonce.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.error.StoreUrlException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.CuttingProxy;
import dev.embedonce.testkit.TestEntries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that fails, and settings that are refused. */
class PostgresFaultsTest {
    private static final EntryCodec CODEC = new EntryCodec(null);
    private static final CacheKey KEY = TestEntries.key(1);

    @TempDir
    static Path certificates;

    private static @Nullable PostgresServer server;
    private static @Nullable Path serverCertificate;

    /** One server for all: with TLS, and a certificate of its own. */
    @BeforeAll
    static void startServer() throws Exception {
        certificate(certificates, "right", "IP:127.0.0.1");
        certificate(certificates, "other", "IP:127.0.0.1");
        Path folder =
                Files.createTempDirectory("embedonce-certificate"); // the server's user cannot look into the other one
        serverCertificate = folder;
        for (String name : List.of("right.pem", "right.key")) {
            Files.copy(certificates.resolve(name), folder.resolve(name));
        }
        if ("root".equals(System.getProperty("user.name"))) {
            assertThat(new ProcessBuilder("chown", "-R", "postgres", folder.toString())
                            .start()
                            .waitFor())
                    .isZero();
        }
        server = PostgresServer.start(
                "ssl=on",
                "ssl_cert_file=" + folder.resolve("right.pem"),
                "ssl_key_file=" + folder.resolve("right.key"));
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
        if (serverCertificate != null) {
            for (String name : List.of("right.pem", "right.key")) {
                Files.deleteIfExists(serverCertificate.resolve(name));
            }
            Files.delete(serverCertificate);
        }
    }

    private static PostgresServer server() {
        return Objects.requireNonNull(server, "the server is not running");
    }

    @Test
    void settings_passwordsWithOddCharacters_areReadAndNeverShown() {
        PostgresSettings settings = PostgresSettings.of(StoreUrl.parse("postgresql://me:p@ss@w@db/x"), name -> null);
        assertThat(settings.server().password()).isEqualTo("p@ss@w");
        assertThat(settings.server().host()).isEqualTo("db");
        assertThat(settings.toString()).doesNotContain("p@ss");
        for (String password :
                List.of("S3CR3T/S3CR3T", "S3CR3T:/S3CR3T", "S3CR3T%zzS3CR3T", "S3CR3T?S3CR3T", "S3/@S3CR3T")) {
            assertThatExceptionOfType(StoreUrlException.class)
                    .isThrownBy(() ->
                            PostgresSettings.of(StoreUrl.parse("postgresql://me:" + password + "@h"), name -> null))
                    .withMessageNotContaining("S3");
        }
    }

    @Test
    void settings_noVerifiedTlsBeyondLoopback_warns() {
        for (String url : List.of(
                "postgresql://localhost/x",
                "postgresql://127.0.0.1/x?sslmode=disable",
                "postgresql://[::1]/x",
                "postgresql://db/x?sslmode=verify-full",
                "postgresql://db/x?sslmode=verify-ca")) {
            assertThat(PostgresSettings.of(StoreUrl.parse(url), name -> null).risk())
                    .as(url)
                    .isNull();
        }
        for (String mode : List.of("", "?sslmode=disable", "?sslmode=require")) {
            assertThat(PostgresSettings.of(StoreUrl.parse("postgresql://me:secret@db/x" + mode), name -> null)
                            .risk())
                    .contains("postgresql://me@db:5432/x", "sslmode=verify-full")
                    .doesNotContain("secret");
        }
    }

    private static void openssl(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("no openssl to make certificates with");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    /** Makes NAME.pem, a certificate for a host that signs itself, and NAME.key. */
    private static void certificate(Path folder, String name, String host) throws Exception {
        openssl(
                folder,
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-keyout",
                name + ".key",
                "-out",
                name + ".pem",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=" + host);
    }

    private static void assertHolds(CacheStore store, Map<CacheKey, Stored.Sealed> batch) {
        assertThat(store.getAll(batch.keySet())).isEqualTo(batch);
    }

    private static String through(CuttingProxy proxy, String schema) {
        return server().url(schema).replace(":" + server().port() + "/", ":" + proxy.port() + "/")
                + "&sslmode=disable&timeout=1s";
    }

    private static void sql(String... commands) throws SQLException {
        try (Connection connection = server().connect();
                Statement statement = connection.createStatement()) {
            for (String command : commands) {
                statement.execute(command);
            }
        }
    }

    private static long count(String query) throws SQLException {
        try (Connection connection = server().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }

    @Test
    void put_connectionCutMidBatch_isUnavailableAndDoingItAgainIsSafe() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        try (CuttingProxy proxy = new CuttingProxy(server().port());
                CacheStore store = Stores.open(through(proxy, "cut_put"))) {
            Map<CacheKey, Stored.Sealed> all = TestEntries.batch(0, 2_000);
            int failures = 0;
            for (int round = 0; round < 8; round++) {
                proxy.cutAfter(random.nextLong(1, 600_000), Long.MAX_VALUE);
                try {
                    store.putAllIfAbsent(all);
                } catch (StoreUnavailableException e) {
                    assertThat(e).hasMessageContaining("127.0.0.1:" + proxy.port());
                    failures++;
                }
                proxy.heal();
                store.getAll(all.keySet())
                        .forEach((key, stored) -> assertThat(stored).isEqualTo(all.get(key)));
                if (round % 2 == 0) {
                    store.removeAll(all.keySet());
                }
            }
            assertThat(failures).isGreaterThan(2);
            store.putAllIfAbsent(all);
            assertHolds(store, all);
        }
    }

    @Test
    void get_connectionCutMidBatch_isUnavailableAndWorksAgain() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        try (CuttingProxy proxy = new CuttingProxy(server().port());
                CacheStore store = Stores.open(through(proxy, "cut_get"))) {
            Map<CacheKey, Stored.Sealed> all = TestEntries.batch(0, 1_000);
            store.putAllIfAbsent(all);
            for (int round = 0; round < 3; round++) {
                proxy.cutAfter(Long.MAX_VALUE, random.nextLong(1, 200_000));
                assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> store.getAll(all.keySet()));
                proxy.heal();
                assertHolds(store, all);
            }
        }
    }

    @Test
    void anyMethod_serverRestartedBetweenBatches_goesOn() throws Exception {
        try (CacheStore store = Stores.open(server().url("restart") + "&timeout=20s");
                CacheStore impatient = Stores.open(server().url("restart") + "&timeout=1s")) {
            for (int round = 0; round < 2; round++) {
                Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(round * 50L, round * 50L + 50);
                assertThat(store.putAllIfAbsent(batch)).isEmpty();
                server().stop(round % 2 == 0);
                assertThatExceptionOfType(StoreUnavailableException.class)
                        .isThrownBy(() -> impatient.getAll(List.of(KEY)));
                server().startAgain();
                assertHolds(store, TestEntries.batch(0, round * 50L + 50));
                assertHolds(impatient, TestEntries.batch(0, round * 50L + 50));
            }
            store.addCounters(Map.of("n", 1L));
            assertThat(store.counters()).isEqualTo(Map.of("n", 1L));
        }
    }

    @Test
    void anyMethod_serverThatIsSlow_endsWithTheTimeout() throws Exception {
        try (CacheStore store = Stores.open(server().url("slow") + "&timeout=500ms")) {
            store.putAllIfAbsent(TestEntries.batch(0, 10));
            try (Connection blocker = server().connect();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("LOCK TABLE slow.entries IN ACCESS EXCLUSIVE MODE");
                long start = System.nanoTime();
                assertThatExceptionOfType(StoreUnavailableException.class)
                        .isThrownBy(() -> store.putAllIfAbsent(TestEntries.batch(10, 20)))
                        .withMessageContaining("timeout");
                assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> store.getAll(List.of(KEY)));
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isBetween(Duration.ofMillis(500), Duration.ofSeconds(20));
                blocker.rollback();
            }
            store.putAllIfAbsent(TestEntries.batch(10, 20));
            assertHolds(store, TestEntries.batch(0, 20));
        }
    }

    @Test
    void putAndReplaceAndRemove_oppositeOrders_doNotDeadlock() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (CacheStore store = Stores.open(server().url("orders"))) {
            List<Callable<Void>> work = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int writer = t;
                work.add(() -> {
                    for (int round = 0; round < 15; round++) {
                        switch ((writer + round) % 3) {
                            case 0 -> store.putAllIfAbsent(TestEntries.batch(0, 200));
                            case 1 -> store.replaceAll(TestEntries.batch(50, 250));
                            default ->
                                store.removeAll(TestEntries.batch(20, 220).keySet());
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
            store.putAllIfAbsent(TestEntries.batch(0, 250));
            assertHolds(store, TestEntries.batch(0, 250));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void get_rowsChangedByOthers_areCorruptAndHealed() throws Exception {
        Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(1, 2);
        try (CacheStore store = Stores.open(server().url("changed"))) {
            store.putAllIfAbsent(batch);
            for (String change : List.of(
                    "payload = decode('00112233', 'hex')",
                    "header = ''",
                    "payload_layout = 7",
                    "parts = 3",
                    "parts = -1",
                    "parts = 1, data_bytes = -5",
                    "parts = 1, data_bytes = 9000000000000")) {
                sql("UPDATE changed.entries SET " + change);
                assertThat(CODEC.decode(
                                KEY,
                                Objects.requireNonNull(
                                        store.getAll(List.of(KEY)).get(KEY))))
                        .as(change)
                        .isInstanceOf(Lookup.Corrupt.class);
                assertThat(store.putAllIfAbsent(batch)).containsExactly(KEY);
                store.replaceAll(batch);
                assertHolds(store, batch);
            }
        }
    }

    @Test
    void put_entryInParts_comesBackWholeAndLeavesNothingBehind() throws Exception {
        try (CacheStore store = PostgresCacheStore.open(
                PostgresSettings.of(StoreUrl.parse(server().url("parts")), name -> null), 1_000)) {
            Map<CacheKey, Stored.Sealed> large = Map.of(KEY, TestEntries.sealed(KEY, TestEntries.bundle(1, 10_500)));
            Map<CacheKey, Stored.Sealed> other = Map.of(KEY, TestEntries.sealed(KEY, TestEntries.vector(2, 2_000)));
            assertThat(store.putAllIfAbsent(large)).isEmpty();
            assertHolds(store, large);
            assertThat(count("SELECT count(*) FROM parts.parts")).isEqualTo(11);
            assertThat(store.putAllIfAbsent(other)).containsExactly(KEY);
            assertHolds(store, large);
            try (StoreScan scan = store.scan(Selection.ALL)) {
                assertThat(scan.next().sizeBytes())
                        .isEqualTo(large.values().iterator().next().sizeBytes());
            }
            store.replaceAll(other);
            assertHolds(store, other);
            assertThat(count("SELECT count(*) FROM parts.parts")).isEqualTo(8);
            sql("DELETE FROM parts.parts WHERE number = 3");
            assertThat(store.getAll(List.of(KEY)).get(KEY)).isInstanceOf(Stored.Damaged.class);
            store.replaceAll(TestEntries.batch(1, 2));
            assertHolds(store, TestEntries.batch(1, 2));
            assertThat(count("SELECT count(*) FROM parts.parts")).isZero();
            store.replaceAll(large);
            assertThat(store.removeAll(List.of(KEY))).isEqualTo(1);
            assertThat(count("SELECT count(*) FROM parts.parts")).isZero();
        }
    }

    @Test
    void open_manyAtOnce_makesTheTablesOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Callable<Void>> openers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                long from = i * 10L;
                openers.add(() -> {
                    try (CacheStore store = Stores.open(server().url("race"))) {
                        assertThat(store.putAllIfAbsent(TestEntries.batch(from, from + 10)))
                                .isEmpty();
                    }
                    return null;
                });
            }
            for (Future<Void> opener : threads.invokeAll(openers)) {
                opener.get();
            }
            try (CacheStore store = Stores.open(server().url("race"))) {
                assertHolds(store, TestEntries.batch(0, 60));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void open_newerLayout_isRefusedClearly() throws Exception {
        Stores.open(server().url("newer")).close();
        sql("UPDATE newer.layout SET version = 2");
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> Stores.open(server().url("newer")))
                .withMessageContaining("layout 2")
                .withMessageContaining("newer EmbedOnce");
    }

    @Test
    void open_userWithoutTheRightToCreate_usesTablesThatAreThere() throws Exception {
        Stores.open(server().url("granted")).close();
        sql(
                "CREATE ROLE limited LOGIN PASSWORD 'x'",
                "GRANT USAGE ON SCHEMA granted TO limited",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA granted TO limited");
        String address = "postgresql://limited:x@127.0.0.1:" + server().port() + "/postgres?schema=";
        try (CacheStore store = Stores.open(address + "granted")) {
            store.putAllIfAbsent(TestEntries.batch(0, 5));
            assertHolds(store, TestEntries.batch(0, 5));
        }
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> Stores.open(address + "forbidden"))
                .withMessageContaining("permission denied");
    }

    @Test
    void open_password_fromUrlOrEnvironmentIsNeverPrinted() {
        String secret = PostgresServer.PASSWORD;
        String address = "127.0.0.1:" + server().port() + "/postgres?schema=pw&timeout=5s";
        List<Throwable> errors = new ArrayList<>();
        for (String url : List.of(
                "postgresql://tester:wrong-" + secret + "@" + address,
                "postgresql://tester:" + secret + "@127.0.0.1:1/x?timeout=1s")) {
            errors.add(catchThrowableOfType(StoreUnavailableException.class, () -> Stores.open(url)));
        }
        String malformed = "postgresql://tester:" + secret + "@127.0.0.1:port/x";
        errors.add(catchThrowableOfType(StoreUrlException.class, () -> Stores.open(malformed)));
        for (Throwable error : errors) {
            assertThat(error).isNotNull();
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                assertThat(String.valueOf(cause.getMessage())).doesNotContain(secret);
            }
        }
        PostgresSettings settings = PostgresSettings.of(
                StoreUrl.parse("postgresql://" + address),
                name -> name.equals("PGPASSWORD") ? secret : name.equals("PGUSER") ? PostgresServer.USER : null);
        assertThat(settings.toString()).doesNotContain(secret);
        try (CacheStore store = PostgresCacheStore.open(settings)) {
            assertThat(store.description())
                    .isEqualTo("postgresql://tester@127.0.0.1:" + server().port() + "/postgres?schema=pw");
            store.putAllIfAbsent(TestEntries.batch(0, 1));
        }
    }

    @Test
    void open_tls_verifiesAsSslmodeSays() {
        String url = server().url("tls") + "&timeout=5s&sslmode=";
        try (CacheStore store = Stores.open(url + "verify-full&sslrootcert=" + certificates.resolve("right.pem"))) {
            assertThat(store.putAllIfAbsent(TestEntries.batch(0, 50))).isEmpty();
            assertHolds(store, TestEntries.batch(0, 50));
        }
        Stores.open(url + "require").close();
        for (String mode : List.of("verify-ca", "verify-full")) {
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .as("another certificate is trusted, %s", mode)
                    .isThrownBy(() -> Stores.open(url + mode + "&sslrootcert=" + certificates.resolve("other.pem")));
        }
        String byName = url.replace("@127.0.0.1:", "@localhost:");
        Stores.open(byName + "verify-ca&sslrootcert=" + certificates.resolve("right.pem"))
                .close();
        assertThatExceptionOfType(StoreUnavailableException.class)
                .as("a trusted certificate of another host")
                .isThrownBy(() -> Stores.open(byName + "verify-full&sslrootcert=" + certificates.resolve("right.pem")));
    }

    @Test
    void settings_urls_areReadOrRefused() {
        PostgresSettings all = PostgresSettings.of(
                StoreUrl.parse(
                        "postgresql://me:p%40ss+w%3Ard@[::1]:7000/my%20db?schema=s1&sslmode=require&timeout=250ms"),
                name -> "unused");
        assertThat(all.user()).isEqualTo("me");
        assertThat(all.server().password()).isEqualTo("p@ss+w:rd");
        assertThat(all.server().host()).isEqualTo("::1");
        assertThat(all.server().port()).isEqualTo(7000);
        assertThat(all.database()).isEqualTo("my db");
        assertThat(all.timeout()).isEqualTo(Duration.ofMillis(250));
        PostgresSettings least = PostgresSettings.of(StoreUrl.parse("postgres://db.example/vectors"), name -> null);
        assertThat(least.server().port()).isEqualTo(5432);
        assertThat(least.schema()).isEqualTo("embedonce");
        assertThat(least.server().password()).isNull();
        for (String url : List.of(
                "postgresql:db",
                "postgresql://host",
                "postgresql://host/",
                "postgresql://host:port/db",
                "postgresql://host/db?schema=a;b",
                "postgresql://host/db?schema=" + "x".repeat(64),
                "postgresql://host/db?sslmode=maybe",
                "postgresql://host/db?timeout=0",
                "postgresql://host/db?ssl=true")) {
            assertThatExceptionOfType(StoreUrlException.class)
                    .as(url)
                    .isThrownBy(() -> PostgresSettings.of(StoreUrl.parse(url), name -> null));
        }
    }
}
