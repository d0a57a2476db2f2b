package dev.embedonce.store.redis;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.store.support.PagedScan;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * Lists entries a page at a time; no connection is held in between. SCAN may name a key twice, so 16 bytes of each are
 * remembered. Only the first bytes of a value are read. Not thread-safe.
 */
final class RedisPages implements PagedScan.Pages {
    private static final int PAGE = 1_000;

    private record Seen(long first, long second) {}

    private record Found(RedisKeys.Name name, Response<byte[]> front, Response<Long> size) {}

    private final RedisConnections connections;
    private final RedisKeys names;
    private final Selection selection;
    private final Map<String, Optional<RedisKeys.Versions>> versions = new HashMap<>();
    private final Set<Seen> seen = new HashSet<>();
    private byte[] cursor = ScanParams.SCAN_POINTER_START_BINARY;
    private boolean ended;

    RedisPages(RedisConnections connections, RedisKeys names, Selection selection) {
        this.connections = connections;
        this.names = names;
        this.selection = selection;
    }

    @Override
    public @Nullable List<StoredInfo> next() {
        if (ended) {
            return null;
        }
        ScanParams params = new ScanParams().match(names.pattern(selection)).count(PAGE);
        ScanResult<byte[]> result = connections.run("list entries", pipeline -> {
            Response<ScanResult<byte[]>> answer = pipeline.scan(cursor, params);
            pipeline.sync();
            return answer.get();
        });
        cursor = result.getCursorAsBytes();
        ended = result.isCompleteIteration();
        List<Found> found = new ArrayList<>();
        connections.run("list entries", pipeline -> {
            for (byte[] redisKey : result.getResult()) {
                Optional<RedisKeys.Name> name = names.parse(redisKey);
                if (name.isPresent() && seen.add(seen(name.get()))) {
                    found.add(new Found(
                            name.get(),
                            pipeline.getrange(redisKey, 0, RedisValue.FIXED_BYTES - 1),
                            pipeline.strlen(redisKey)));
                }
            }
            pipeline.sync();
            return found;
        });
        return found.stream().flatMap(one -> info(one).stream()).toList();
    }

    private static Seen seen(RedisKeys.Name name) {
        ByteBuffer digest = ByteBuffer.wrap(FramedDigest.tagged("embedonce.redis.seen.v1")
                .put("namespace", name.namespace())
                .put("content", name.hash().hex())
                .toContentHash()
                .toBytes());
        return new Seen(digest.getLong(), digest.getLong());
    }

    private Optional<StoredInfo> info(Found found) {
        long size = found.size().get();
        if (size == 0) {
            return Optional.empty(); // removed meanwhile
        }
        Optional<RedisValue.Front> front = RedisValue.Front.parse(found.front().get());
        return versions.computeIfAbsent(found.name().namespace(), namespace -> versions(namespace))
                .or(() -> echoed(found, front))
                .map(v -> new CacheKey(v.model(), v.preproc(), found.name().hash()))
                .filter(selection::matches)
                .map(key -> new StoredInfo(
                        key,
                        front.map(f -> f.headerBytes() + f.dataBytes()).orElse(size),
                        front.map(RedisValue.Front::created).orElse(Instant.EPOCH)));
    }

    private Optional<RedisKeys.Versions> versions(String namespace) {
        return connections.run("list versions", pipeline -> {
            Response<byte[]> text = pipeline.hget(names.namespaces(), namespace.getBytes(StandardCharsets.US_ASCII));
            pipeline.sync();
            return text.get() == null
                    ? Optional.empty()
                    : RedisKeys.Versions.parse(namespace, new String(text.get(), StandardCharsets.UTF_8));
        });
    }

    /** The versions that an entry's header echoes: for a namespace whose versions were lost. */
    private Optional<RedisKeys.Versions> echoed(Found found, Optional<RedisValue.Front> front) {
        if (front.isEmpty()) {
            return Optional.empty();
        }
        byte[] header = connections.run("list versions", pipeline -> {
            Response<byte[]> bytes = pipeline.getrange(
                    names.entry(found.name()),
                    RedisValue.FIXED_BYTES,
                    RedisValue.FIXED_BYTES + front.get().headerBytes() - 1);
            pipeline.sync();
            return bytes.get();
        });
        return new Stored.Sealed(header, new byte[0])
                .echo()
                .map(RedisKeys.Versions::of)
                .filter(v -> v.namespace().equals(found.name().namespace()));
    }
}
