package dev.embedonce.store.redis;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.support.StoreFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A pool of connections, each used for one pipeline at a time. Thread-safe.
 *
 * <p>A connection that has been idle is asked for a sign of life before it is used, so after a restart of the server
 * nothing fails that comes later. What fails half-way is never repeated here: only the caller knows whether that is
 * right.
 */
final class RedisConnections implements AutoCloseable {
    private static final String TRUST_STORE = "PKCS12";
    private static final String NO_SECRET = "certificates are public";
    private static final int MAX_CONNECTIONS = 16;
    private static final long IDLE_NANOS = Duration.ofMillis(50).toNanos();

    private final RedisSettings settings;
    private final ConnectionPool pool;
    private final Map<Connection, Long> lastUsed = Collections.synchronizedMap(new WeakHashMap<>());

    RedisConnections(RedisSettings settings) {
        this.settings = settings;
        ConnectionPoolConfig config = new ConnectionPoolConfig();
        config.setMaxTotal(MAX_CONNECTIONS);
        config.setMaxIdle(MAX_CONNECTIONS);
        config.setMaxWait(settings.timeout());
        config.setJmxEnabled(false);
        HostAndPort server =
                new HostAndPort(settings.server().host(), settings.server().port());
        this.pool = new ConnectionPool(server, client(settings), config);
    }

    private static DefaultJedisClientConfig client(RedisSettings settings) {
        DefaultJedisClientConfig.Builder client = DefaultJedisClientConfig.builder()
                .resp2()
                .connectionTimeoutMillis(Math.toIntExact(settings.timeout().toMillis()))
                .socketTimeoutMillis(Math.toIntExact(settings.timeout().toMillis()))
                .database(settings.database())
                .clientName("embedonce");
        String password = settings.server().password();
        if (settings.server().user() != null) {
            client.user(settings.server().user());
        }
        if (password != null && !password.isEmpty()) {
            client.password(password);
        }
        if (settings.tls()) {
            // FULL: the certificate must be of the host that we mean
            SslOptions.Builder tls = SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL);
            if (settings.ca() != null) {
                byte[] trusted = trusting(settings.ca());
                tls.trustStoreType(TRUST_STORE)
                        .truststore(() -> new ByteArrayInputStream(trusted), NO_SECRET.toCharArray());
            }
            client.sslOptions(tls.build());
        }
        return client.build();
    }

    /** A trust store with the certificates of a PEM file: the only form in which jedis takes them. */
    private static byte[] trusting(Path ca) {
        try (InputStream in = Files.newInputStream(ca)) {
            KeyStore trusted = KeyStore.getInstance(TRUST_STORE);
            trusted.load(null, null);
            int count = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("ca" + count++, certificate);
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            trusted.store(bytes, NO_SECRET.toCharArray());
            return bytes.toByteArray();
        } catch (IOException | GeneralSecurityException e) {
            throw new StoreUrlException(
                    "the option ca of a Redis store names no file of PEM certificates: " + ca + ": " + e.getMessage(),
                    e);
        }
    }

    /**
     * Does {@code work} on one connection.
     *
     * @param doing what for, such as {@code look entries up}, for the message
     * @throws dev.embedonce.error.StoreUnavailableException if the connection, the server or a command fails
     */
    <T> T run(String doing, Function<Pipeline, T> work) {
        try (Connection connection = connection();
                Pipeline pipeline = new Pipeline(connection, false)) {
            T result = work.apply(pipeline);
            pipeline.sync();
            lastUsed.put(connection, System.nanoTime());
            return result;
        } catch (JedisException e) {
            throw StoreFailure.of(settings.description() + " cannot " + doing + ": " + reason(e), e);
        }
    }

    private Connection connection() {
        Connection connection = pool.getResource();
        Long used = lastUsed.get(connection);
        if (used == null || System.nanoTime() - used < IDLE_NANOS || isAlive(connection)) {
            return connection;
        }
        connection.setBroken();
        connection.close();
        pool.clear(); // the others are as old
        return pool.getResource();
    }

    private static boolean isAlive(Connection connection) {
        try {
            return connection.ping();
        } catch (JedisConnectionException e) {
            return false;
        }
    }

    private static String reason(Throwable e) {
        StringBuilder reason = new StringBuilder();
        String last = "";
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (!last.contains(message)) {
                reason.append(reason.length() == 0 ? "" : ": ").append(message);
                last = message;
            }
        }
        return reason.toString();
    }

    @Override
    public void close() {
        pool.close();
    }
}
