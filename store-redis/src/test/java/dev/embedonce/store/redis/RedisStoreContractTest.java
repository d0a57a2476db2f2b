package dev.embedonce.store.redis;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.testkit.CacheStoreContract;
import dev.embedonce.testkit.CorruptionContract;
import dev.embedonce.testkit.CrashContract;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import redis.clients.jedis.RedisClient;

/** What every store must do, for a Redis server. */
class RedisStoreContractTest extends CacheStoreContract implements CorruptionContract, CrashContract {
    private static final AtomicInteger PREFIXES = new AtomicInteger();
    private static final int HEADER_LENGTH_AT = 24;
    private static final int HEADER_AT = 36;

    private static @Nullable RedisServer server;
    private static @Nullable RedisClient client;

    @BeforeAll
    static void startServer() throws Exception {
        server = RedisServer.start("--appendonly", "no");
        client = RedisClient.create("127.0.0.1", server().port());
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static RedisServer server() {
        return Objects.requireNonNull(server, "the server is not running");
    }

    @Override
    public String newUrl() {
        return server().url("t" + PREFIXES.incrementAndGet() + ":");
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(true, true, Integer.MAX_VALUE - 65_536);
    }

    @Override
    public void tamper(
            String url,
            CacheStore store,
            CacheKey key,
            UnaryOperator<byte[]> onHeader,
            UnaryOperator<byte[]> onPayload) {
        RedisClient redis = Objects.requireNonNull(client, "the server is not running");
        byte[] name = new RedisKeys(url.substring(url.indexOf("prefix=") + "prefix=".length())).entry(key);
        byte[] value = Objects.requireNonNull(redis.get(name), "nothing to tamper with");
        int headerEnd = HEADER_AT
                + ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt(HEADER_LENGTH_AT);
        byte[] header = onHeader.apply(Arrays.copyOfRange(value, HEADER_AT, headerEnd));
        byte[] payload = onPayload.apply(Arrays.copyOfRange(value, headerEnd, value.length));
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).putInt(HEADER_LENGTH_AT, header.length);
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        changed.write(value, 0, HEADER_AT);
        changed.writeBytes(header);
        changed.writeBytes(payload);
        redis.set(name, changed.toByteArray());
    }
}
