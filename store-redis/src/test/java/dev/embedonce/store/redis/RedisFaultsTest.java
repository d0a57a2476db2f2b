package dev.embedonce.store.redis;

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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/** A server that fails, and settings that are refused. */
class RedisFaultsTest {
    private static final EntryCodec CODEC = new EntryCodec(null);
    private static final CacheKey KEY = TestEntries.key(1);
    private static final String SECRET = "s3cr3t-p4ss";

    private static void assertHolds(CacheStore store, Map<CacheKey, Stored.Sealed> batch) {
        assertThat(store.getAll(batch.keySet())).isEqualTo(batch);
    }

    @Test
    void put_connectionCutMidBatch_isUnavailableAndDoingItAgainIsSafe() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        try (RedisServer server = RedisServer.start();
                CuttingProxy proxy = new CuttingProxy(server.port());
                CacheStore store = Stores.open("redis://127.0.0.1:" + proxy.port() + "/0")) {
            Map<CacheKey, Stored.Sealed> all = TestEntries.batch(0, 2_000);
            int failures = 0;
            for (int round = 0; round < 20; round++) {
                proxy.cutAfter(random.nextLong(1, 700_000), Long.MAX_VALUE);
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
            assertThat(failures).isGreaterThan(5);
            store.putAllIfAbsent(all);
            assertHolds(store, all);
        }
    }

    @Test
    void get_connectionCutMidBatch_isUnavailableAndWorksAgain() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        try (RedisServer server = RedisServer.start();
                CuttingProxy proxy = new CuttingProxy(server.port());
                CacheStore store = Stores.open("redis://127.0.0.1:" + proxy.port() + "/0")) {
            Map<CacheKey, Stored.Sealed> all = TestEntries.batch(0, 1_000);
            store.putAllIfAbsent(all);
            for (int round = 0; round < 10; round++) {
                proxy.cutAfter(Long.MAX_VALUE, random.nextLong(1, 200_000));
                assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> store.getAll(all.keySet()));
                proxy.heal();
                assertHolds(store, all);
            }
        }
    }

    @Test
    void anyMethod_serverRestartedBetweenBatches_goesOn() throws Exception {
        try (RedisServer server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
                CacheStore store = Stores.open(server.url("r:"))) {
            for (int round = 0; round < 3; round++) {
                Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(round * 50L, round * 50L + 50);
                assertThat(store.putAllIfAbsent(batch)).isEmpty();
                server.stop(round % 2 == 0);
                assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> store.getAll(List.of(KEY)));
                server.startAgain();
                assertHolds(store, TestEntries.batch(0, round * 50L + 50));
            }
            store.addCounters(Map.of("n", 1L));
            assertThat(store.counters()).isEqualTo(Map.of("n", 1L));
        }
    }

    @Test
    void anyMethod_serverThatHangs_endsWithTheTimeout() throws Exception {
        try (RedisServer server = RedisServer.start();
                CacheStore store = Stores.open(server.url("r:") + "&timeout=300ms")) {
            store.putAllIfAbsent(TestEntries.batch(0, 10));
            server.signal("STOP");
            long start = System.nanoTime();
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .isThrownBy(() -> store.putAllIfAbsent(TestEntries.batch(10, 20)))
                    .withMessageContaining("timed out");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(250), Duration.ofSeconds(20));
            server.signal("CONT");
            store.putAllIfAbsent(TestEntries.batch(10, 20));
            assertHolds(store, TestEntries.batch(0, 20));
        }
    }

    @Test
    void put_serverMemoryFull_isUnavailableAndKeepsWhatWasThere() throws Exception {
        try (RedisServer server = RedisServer.start("--maxmemory", "8mb");
                CacheStore store = Stores.open(server.url("r:"))) {
            store.putAllIfAbsent(TestEntries.batch(0, 10));
            StoreUnavailableException full = null;
            for (long seed = 100; seed < 200 && full == null; seed++) {
                CacheKey key = TestEntries.key(seed);
                Map<CacheKey, Stored.Sealed> large =
                        Map.of(key, TestEntries.sealed(key, TestEntries.vector(seed, 100_000)));
                full = catchThrowableOfType(StoreUnavailableException.class, () -> store.putAllIfAbsent(large));
            }
            assertThat(full).hasMessageContaining("maxmemory");
            assertHolds(store, TestEntries.batch(0, 10));
        }
    }

    @Test
    void get_valueReplacedByOtherThings_isDamagedAndHealed() throws Exception {
        try (RedisServer server = RedisServer.start();
                CacheStore store = Stores.open(server.url("r:"));
                RedisClient redis = RedisClient.create("127.0.0.1", server.port())) {
            byte[] name = new RedisKeys("r:").entry(KEY);
            Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(1, 2);
            SplittableRandom random = new SplittableRandom(1);
            for (int size : new int[] {0, 1, 35, 36, 37, 500, 100_000}) {
                redis.set(name, TestEntries.randomBytes(random.nextLong(), size));
                assertThat(CODEC.decode(
                                KEY,
                                Objects.requireNonNull(
                                        store.getAll(List.of(KEY)).get(KEY))))
                        .isInstanceOf(Lookup.Corrupt.class);
                assertThat(store.putAllIfAbsent(batch)).containsExactly(KEY);
                store.replaceAll(batch);
                assertHolds(store, batch);
            }
            redis.del(name);
            redis.lpush(name, "a list".getBytes(StandardCharsets.UTF_8));
            assertThat(store.getAll(List.of(KEY, TestEntries.key(2))).get(KEY)).isInstanceOf(Stored.Damaged.class);
            assertThat(store.putAllIfAbsent(batch)).containsExactly(KEY);
            store.replaceAll(batch);
            assertHolds(store, batch);
        }
    }

    @Test
    void scan_versionsLost_areMadeUpForByTheEntries() throws Exception {
        try (RedisServer server = RedisServer.start();
                CacheStore store = Stores.open(server.url("r:"));
                RedisClient redis = RedisClient.create("127.0.0.1", server.port())) {
            store.putAllIfAbsent(TestEntries.batch(0, 20));
            redis.del("r:namespaces");
            redis.set("r:e:something else", "x");
            assertThat(store.stats().entries()).isEqualTo(20);
        }
    }

    @Test
    void scan_prefixesWithPatternCharacters_areApart() throws Exception {
        try (RedisServer server = RedisServer.start();
                CacheStore star = Stores.open(server.url("a*:"));
                CacheStore plain = Stores.open(server.url("ab:"));
                CacheStore bracket = Stores.open(server.url("%5Ba-c%5D%5C%3F:"))) {
            star.putAllIfAbsent(TestEntries.batch(0, 3));
            plain.putAllIfAbsent(TestEntries.batch(0, 5));
            bracket.putAllIfAbsent(TestEntries.batch(0, 7));
            assertThat(star.stats().entries()).isEqualTo(3);
            assertThat(plain.stats().entries()).isEqualTo(5);
            assertThat(bracket.stats().entries()).isEqualTo(7);
        }
    }

    @Test
    void put_entryInParts_comesBackWholeAndLeavesNothingBehind() throws Exception {
        try (RedisServer server = RedisServer.start();
                RedisClient redis = RedisClient.create("127.0.0.1", server.port());
                CacheStore store =
                        RedisCacheStore.open(RedisSettings.of(StoreUrl.parse(server.url("r:")), name -> null), 1_000)) {
            Map<CacheKey, Stored.Sealed> large = Map.of(KEY, TestEntries.sealed(KEY, TestEntries.bundle(1, 10_500)));
            Map<CacheKey, Stored.Sealed> other = Map.of(KEY, TestEntries.sealed(KEY, TestEntries.vector(2, 2_000)));
            assertThat(store.putAllIfAbsent(large)).isEmpty();
            assertHolds(store, large);
            Set<String> parts = redis.keys("r:p:*");
            assertThat(parts).hasSize(11);
            parts.forEach(
                    part -> assertThat(redis.ttl(part)).as("kept for ever").isEqualTo(-1));
            assertThat(store.putAllIfAbsent(other)).containsExactly(KEY);
            assertHolds(store, large);
            assertThat(redis.keys("r:p:*")).isEqualTo(parts);
            try (StoreScan scan = store.scan(Selection.ALL)) {
                assertThat(scan.next().sizeBytes())
                        .isEqualTo(large.values().iterator().next().sizeBytes());
            }
            store.replaceAll(other);
            assertHolds(store, other);
            assertThat(redis.keys("r:p:*")).hasSize(8).doesNotContainAnyElementsOf(parts);
            redis.del(redis.keys("r:p:*").iterator().next());
            assertThat(store.getAll(List.of(KEY)).get(KEY)).isInstanceOf(Stored.Damaged.class);
            assertThat(store.removeAll(List.of(KEY))).isEqualTo(1);
            assertThat(redis.keys("r:p:*")).isEmpty();
        }
    }

    @Test
    void put_withTtl_isGoneAfterwards() throws Exception {
        try (RedisServer server = RedisServer.start("--maxmemory-policy", "allkeys-lru");
                CacheStore store = Stores.open(server.url("r:") + "&ttl=1500ms")) {
            assertThat(store.capabilities().durable()).isFalse();
            store.putAllIfAbsent(TestEntries.batch(0, 5));
            assertHolds(store, TestEntries.batch(0, 5));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!store.getAll(TestEntries.batch(0, 5).keySet()).isEmpty()) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(100);
            }
            assertThat(store.stats().entries()).isZero();
        }
    }

    @Test
    void open_serverThatEvicts_isRefusedUnlessAllowed() throws Exception {
        for (String policy : List.of("allkeys-lru", "allkeys-lfu", "allkeys-random")) {
            try (RedisServer server = RedisServer.start("--maxmemory", "100mb", "--maxmemory-policy", policy)) {
                assertThatExceptionOfType(StoreUnavailableException.class)
                        .isThrownBy(() -> Stores.open(server.url("r:")))
                        .withMessageContaining(policy)
                        .withMessageContaining("allow-eviction=true");
                Stores.open(server.url("r:") + "&allow-eviction=true").close();
                Stores.open(server.url("r:") + "&ttl=7d").close();
            }
        }
        try (RedisServer server = RedisServer.start("--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru")) {
            Stores.open(server.url("r:")).close();
        }
    }

    @Test
    void open_password_fromUrlOrEnvironmentIsNeverPrinted() throws Exception {
        try (RedisServer server = RedisServer.start("--requirepass", SECRET)) {
            String host = "@127.0.0.1:" + server.port() + "/0";
            List<Throwable> errors = new ArrayList<>();
            for (String url : List.of("redis://127.0.0.1:" + server.port(), "redis://:wrong-" + SECRET + host)) {
                errors.add(catchThrowableOfType(StoreUnavailableException.class, () -> Stores.open(url)));
            }
            String malformed = "redis://:" + SECRET + "@127.0.0.1:port/0";
            errors.add(catchThrowableOfType(StoreUrlException.class, () -> Stores.open(malformed)));
            for (Throwable error : errors) {
                assertThat(error).isNotNull();
                for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                    assertThat(String.valueOf(cause.getMessage())).doesNotContain(SECRET);
                }
            }
            try (CacheStore store = Stores.open("redis://:" + SECRET + host)) {
                store.putAllIfAbsent(TestEntries.batch(0, 1));
                assertThat(store.description()).isEqualTo("redis://127.0.0.1:" + server.port() + "/0");
            }
            StoreUrl bare = StoreUrl.parse("redis://127.0.0.1:" + server.port() + "/0");
            for (String variable : List.of("REDIS_PASSWORD", "REDISCLI_AUTH")) {
                RedisSettings settings = RedisSettings.of(bare, name -> name.equals(variable) ? SECRET : null);
                assertThat(settings.toString()).doesNotContain(SECRET);
                try (CacheStore store = RedisCacheStore.open(settings)) {
                    assertHolds(store, TestEntries.batch(0, 1));
                }
            }
        }
    }

    /** Wherever the connection breaks: an entry that is in its place has parts that stay. */
    @Test
    void put_connectionCutWhileInParts_leavesNoEntryWhosePartsExpire() throws Exception {
        try (RedisServer server = RedisServer.start();
                RedisClient client = RedisClient.create("127.0.0.1", server.port());
                CuttingProxy proxy = new CuttingProxy(server.port());
                CacheStore store = RedisCacheStore.open(
                        RedisSettings.of(
                                StoreUrl.parse("redis://127.0.0.1:" + proxy.port() + "/0?prefix=r:"), name -> null),
                        64)) {
            RedisKeys names = new RedisKeys("r:");
            int inPlace = 0;
            int broken = 0;
            for (int answered = 0; answered < 120; answered += 2) {
                CacheKey key = TestEntries.key(answered);
                Map<CacheKey, Stored.Sealed> record =
                        Map.of(key, TestEntries.sealed(key, TestEntries.vector(answered, 64)));
                store.getAll(record.keySet()); // opens a connection
                proxy.cutAfter(Long.MAX_VALUE, answered);
                try {
                    store.putAllIfAbsent(record);
                } catch (StoreUnavailableException e) {
                    broken++;
                }
                proxy.heal();
                byte[] value = client.get(names.entry(key));
                if (value != null) {
                    inPlace++;
                    RedisValue.Front front = RedisValue.Front.parse(value).orElseThrow();
                    assertThat(front.parts()).isEqualTo(4);
                    for (int part = 0; part < front.parts(); part++) {
                        assertThat(client.pttl(names.part(key, front.partsId(), part)))
                                .as("milliseconds that part %s has left, cut after %s bytes", part, answered)
                                .isEqualTo(-1);
                    }
                    assertHolds(store, record);
                }
            }
            assertThat(inPlace).isPositive();
            assertThat(broken).isPositive();
        }
    }

    @Test
    void settings_passwordsWithOddCharacters_areReadAndNeverShown() {
        RedisSettings settings = RedisSettings.of(StoreUrl.parse("redis://me:p@ss@w@cache/3"), name -> null);
        assertThat(settings.server().password()).isEqualTo("p@ss@w");
        assertThat(settings.server().host()).isEqualTo("cache");
        assertThat(settings.toString()).doesNotContain("p@ss", "me");
        for (String password :
                List.of("S3CR3T/S3CR3T", "S3CR3T:/S3CR3T", "S3CR3T%zzS3CR3T", "S3CR3T?S3CR3T", "S3/@S3CR3T")) {
            assertThatExceptionOfType(StoreUrlException.class)
                    .isThrownBy(() -> RedisSettings.of(StoreUrl.parse("redis://me:" + password + "@h/0"), name -> null))
                    .withMessageNotContaining("S3");
        }
    }

    @Test
    void settings_noTlsBeyondLoopback_warns() {
        for (String url : List.of("redis://localhost", "redis://127.0.0.1:7000", "redis://[::1]", "rediss://cache")) {
            assertThat(RedisSettings.of(StoreUrl.parse(url), name -> null).risk())
                    .as(url)
                    .isNull();
        }
        assertThat(RedisSettings.of(StoreUrl.parse("redis://me:secret@cache"), name -> null)
                        .risk())
                .contains("redis://cache:6379/0", "rediss://")
                .doesNotContain("secret");
    }

    @Test
    void settings_urls_areReadOrRefused() {
        RedisSettings all = RedisSettings.of(
                StoreUrl.parse("rediss://me:p%40ss+w%3Ard@[::1]:7000/3?ttl=2h&prefix=x&timeout=250ms"),
                name -> "unused");
        assertThat(all.server().user()).isEqualTo("me");
        assertThat(all.server().password()).isEqualTo("p@ss+w:rd");
        assertThat(all.server().host()).isEqualTo("::1");
        assertThat(all.server().port()).isEqualTo(7000);
        assertThat(all.database()).isEqualTo(3);
        assertThat(all.ttl()).isEqualTo(Duration.ofHours(2));
        assertThat(all.timeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(all.description()).isEqualTo("rediss://[::1]:7000/3");
        RedisSettings least = RedisSettings.of(StoreUrl.parse("redis://cache"), name -> null);
        assertThat(least.description()).isEqualTo("redis://cache:6379/0");
        assertThat(least.server().password()).isNull();
        for (String url : List.of(
                "redis:cache",
                "redis://",
                "redis://a b:x",
                "redis://h/db",
                "redis://h?ttl=0s",
                "redis://h?ttl=soon",
                "redis://h?timeout=0",
                "redis://h?allow-eviction=maybe",
                "redis://h?evict=true")) {
            assertThatExceptionOfType(StoreUrlException.class)
                    .as(url)
                    .isThrownBy(() -> RedisSettings.of(StoreUrl.parse(url), name -> null));
        }
    }

    @Test
    void open_nothingListening_isUnavailable() throws Exception {
        int port;
        try (CuttingProxy proxy = new CuttingProxy(1)) {
            port = proxy.port();
        }
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> Stores.open("redis://127.0.0.1:" + port + "/0"))
                .withMessageContaining("127.0.0.1:" + port);
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

    @Test
    void open_tls_verifiesCertificateAndHost(@TempDir Path folder) throws Exception {
        certificate(folder, "right", "IP:127.0.0.1");
        certificate(folder, "elsewhere", "DNS:elsewhere.example");
        try (RedisServer server = tlsServer(folder, "right");
                RedisServer impostor = tlsServer(folder, "elsewhere")) {
            String url = "rediss://127.0.0.1:" + server.port() + "/0?timeout=5s";
            try (CacheStore store = Stores.open(url + "&ca=" + folder.resolve("right.pem"))) {
                assertThat(store.putAllIfAbsent(TestEntries.batch(0, 50))).isEmpty();
                assertHolds(store, TestEntries.batch(0, 50));
            }
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .as("the platform does not know this certificate")
                    .isThrownBy(() -> Stores.open(url));
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .as("another certificate is trusted")
                    .isThrownBy(() -> Stores.open(url + "&ca=" + folder.resolve("elsewhere.pem")));
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .as("a trusted certificate of another host")
                    .isThrownBy(() -> Stores.open("rediss://127.0.0.1:" + impostor.port() + "/0?timeout=5s&ca="
                            + folder.resolve("elsewhere.pem")));
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .as("no TLS where the server wants it")
                    .isThrownBy(() -> Stores.open("redis://127.0.0.1:" + server.port() + "/0?timeout=2s"));
            assertThatExceptionOfType(StoreUrlException.class)
                    .isThrownBy(() -> Stores.open(url + "&ca=" + folder.resolve("absent.pem")));
        }
    }

    private static RedisServer tlsServer(Path folder, String name) throws Exception {
        return RedisServer.start(
                "--tls-port",
                "0",
                "--tls-auth-clients",
                "no",
                "--tls-cert-file",
                folder.resolve(name + ".pem").toString(),
                "--tls-key-file",
                folder.resolve(name + ".key").toString(),
                "--tls-ca-cert-file",
                folder.resolve(name + ".pem").toString());
    }
}
