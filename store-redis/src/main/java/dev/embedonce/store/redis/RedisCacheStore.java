package dev.embedonce.store.redis;

import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.support.EntrySizes;
import dev.embedonce.store.support.OpenGuard;
import dev.embedonce.store.support.PagedScan;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.SetParams;

/**
 * A Redis or Valkey server as a store: {@link RedisKeys} says under which names, {@link RedisValue} in which bytes.
 * Thread-safe. Not for Redis Cluster: the keys of a batch lie in many slots.
 */
public final class RedisCacheStore implements CacheStore {
    private static final long MAX_ENTRY_BYTES = Integer.MAX_VALUE - 65_536;

    /** Above this an entry goes into parts: a string has at most 512 MB, and both sides hold a value whole. */
    private static final int MAX_PART_BYTES = 128 * 1024 * 1024;

    /** So many keys are asked for in one command. */
    private static final int MGET_KEYS = 256;

    private static final int GROUP = 1_000;
    private static final long GROUP_BYTES = 16L * 1024 * 1024;
    private static final long ORPHAN_MILLIS = Duration.ofHours(1).toMillis();
    private static final int MAX_PARTS = 65_535;

    /**
     * Puts an entry in its place and keeps its parts, or removes them if it came too late, in one step: a connection
     * that breaks in between would leave an entry in place whose parts run out. KEYS: entry, parts. ARGV: value, time
     * to live in milliseconds or 0, 1 to replace.
     */
    private static final String SETTLE = """
            local set = {'SET', KEYS[1], ARGV[1]}
            if ARGV[2] ~= '0' then set[4] = 'PX'; set[5] = ARGV[2] end
            if ARGV[3] ~= '1' then set[#set + 1] = 'NX' end
            local stored = redis.call(unpack(set))
            for i = 2, #KEYS do
              if not stored then
                redis.call('UNLINK', KEYS[i])
              elseif ARGV[2] ~= '0' then
                redis.call('PEXPIRE', KEYS[i], ARGV[2])
              else
                redis.call('PERSIST', KEYS[i])
              end
            end
            return stored""";

    private final RedisSettings settings;
    private final OpenGuard guard;
    private final int partBytes;
    private final RedisConnections connections;
    private final RedisKeys names;
    private final RedisLeases leases;
    private final SecureRandom random = new SecureRandom();
    private final Set<RedisKeys.Versions> described = ConcurrentHashMap.newKeySet();

    private RedisCacheStore(RedisSettings settings, int partBytes) {
        this.settings = settings;
        this.guard = new OpenGuard(settings.description());
        this.partBytes = partBytes;
        this.connections = new RedisConnections(settings);
        this.names = new RedisKeys(settings.prefix());
        this.leases = new RedisLeases(connections, names, guard);
    }

    /**
     * Connects.
     *
     * @throws StoreUnavailableException if the server does not answer, does not let us in, or evicts entries without
     *     our having said that it may
     */
    static RedisCacheStore open(RedisSettings settings) {
        return open(settings, MAX_PART_BYTES);
    }

    /** As above, with parts of another size. */
    static RedisCacheStore open(RedisSettings settings, int partBytes) {
        RedisCacheStore store = new RedisCacheStore(settings, partBytes);
        boolean ready = false;
        try {
            store.connections.run("be reached", pipeline -> pipeline.time());
            if (!settings.allowEviction() && settings.ttl() == null) {
                store.requireNoEviction();
            }
            ready = true;
            return store;
        } finally {
            if (!ready) {
                store.connections.close();
            }
        }
    }

    /**
     * Only policies for all keys touch entries of ours: those for volatile keys need a time to live, and without ttl
     * there is none.
     */
    private void requireNoEviction() {
        String policy = evictionPolicy();
        if (!policy.equals("noeviction") && !policy.startsWith("volatile-")) {
            throw new StoreUnavailableException(
                    settings.description() + " drops entries when its memory is full (maxmemory-policy " + policy
                            + "): set it to noeviction, or say allow-eviction=true or a ttl if this store may forget");
        }
    }

    private String evictionPolicy() {
        String info = connections.run("tell its eviction policy", pipeline -> {
            Response<String> memory = pipeline.appendCommand(new redis.clients.jedis.CommandObject<>(
                    new redis.clients.jedis.CommandArguments(redis.clients.jedis.Protocol.Command.INFO).add("memory"),
                    redis.clients.jedis.BuilderFactory.STRING));
            pipeline.sync();
            return memory.get();
        });
        return info.lines()
                .filter(line -> line.startsWith("maxmemory_policy:"))
                .map(line ->
                        line.substring("maxmemory_policy:".length()).strip().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElse("unknown");
    }

    @Override
    public String description() {
        return settings.description();
    }

    /**
     * Durable as far as this process goes; whether entries survive the server's own end is the server's configuration.
     */
    @Override
    public StoreCapabilities capabilities() {
        boolean keeps = settings.ttl() == null && !settings.allowEviction();
        return new StoreCapabilities(keeps, true, MAX_ENTRY_BYTES);
    }

    @Override
    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
        guard.requireOpen();
        List<CacheKey> wanted = new ArrayList<>(new LinkedHashSet<>(keys));
        Map<CacheKey, Stored> found = new HashMap<>();
        if (wanted.isEmpty()) {
            return found;
        }
        List<CacheKey> absent = new ArrayList<>();
        List<byte[]> values = connections.run("look entries up", pipeline -> values(pipeline, wanted));
        for (int i = 0; i < wanted.size(); i++) {
            byte @Nullable [] value = values.get(i);
            if (value == null) {
                absent.add(wanted.get(i));
            } else {
                Stored stored = read(wanted.get(i), value);
                found.put(wanted.get(i), stored);
            }
        }
        found.putAll(ofOtherTypes(absent));
        return found;
    }

    private List<byte[]> values(Pipeline pipeline, List<CacheKey> keys) {
        List<Response<List<byte[]>>> answers = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += MGET_KEYS) {
            List<CacheKey> group = keys.subList(from, Math.min(keys.size(), from + MGET_KEYS));
            answers.add(pipeline.mget(group.stream().map(names::entry).toArray(byte[][]::new)));
        }
        pipeline.sync();
        List<byte[]> values = new ArrayList<>(keys.size());
        answers.forEach(answer -> values.addAll(answer.get()));
        return values;
    }

    /** MGET says nothing about keys that hold no string. Costs one short command unless there are such keys. */
    private Map<CacheKey, Stored> ofOtherTypes(List<CacheKey> absent) {
        Map<CacheKey, Stored> damaged = new HashMap<>();
        if (absent.isEmpty()) {
            return damaged;
        }
        byte[][] all = absent.stream().map(names::entry).toArray(byte[][]::new);
        long there = connections.run("look entries up", pipeline -> {
            Response<Long> count = pipeline.exists(all);
            pipeline.sync();
            return count.get();
        });
        if (there == 0) {
            return damaged;
        }
        List<Response<String>> types = new ArrayList<>();
        connections.run("look entries up", pipeline -> {
            absent.forEach(key -> types.add(pipeline.type(names.entry(key))));
            pipeline.sync();
            return types;
        });
        for (int i = 0; i < absent.size(); i++) {
            String type = types.get(i).get();
            if (!type.equals("none") && !type.equals("string")) {
                damaged.put(absent.get(i), new Stored.Damaged("a Redis " + type + " in the place of a value"));
            }
        }
        return damaged;
    }

    private Stored read(CacheKey key, byte[] value) {
        Optional<RedisValue.Front> front = RedisValue.Front.parse(value);
        if (front.isEmpty() || front.get().parts() == 0) {
            return RedisValue.read(value);
        }
        return readParts(key, value, front.get());
    }

    private Stored readParts(CacheKey key, byte[] value, RedisValue.Front front) {
        if (front.dataBytes() > MAX_ENTRY_BYTES) {
            return new Stored.Damaged("the value announces " + front.dataBytes() + " bytes of data");
        }
        ByteBuffer payload = ByteBuffer.allocate((int) front.dataBytes());
        for (int i = 0; i < front.parts(); i++) {
            byte[] name = names.part(key, front.partsId(), i);
            byte @Nullable [] part = connections
                    .run("look entries up", pipeline -> {
                        Response<byte[]> answer = pipeline.get(name);
                        pipeline.sync();
                        return Optional.ofNullable(answer.get());
                    })
                    .orElse(null);
            if (part == null || part.length > payload.remaining()) {
                return new Stored.Damaged("part " + i + " of " + front.parts() + " is missing or too long");
            }
            payload.put(part);
        }
        return RedisValue.read(value, front, payload.flip());
    }

    @Override
    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        return putAll(records, false);
    }

    @Override
    public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
        putAll(records, true);
    }

    private Set<CacheKey> putAll(Map<CacheKey, Stored.Sealed> records, boolean replace) {
        guard.requireOpen();
        EntrySizes.require(this, records);
        Set<CacheKey> present = new HashSet<>();
        if (records.isEmpty()) {
            return present;
        }
        long created = describe(records.keySet());
        Map<CacheKey, byte[]> group = new LinkedHashMap<>();
        long groupBytes = 0;
        for (Map.Entry<CacheKey, Stored.Sealed> record : records.entrySet()) {
            byte[] value = value(record.getKey(), record.getValue(), created);
            if (!group.isEmpty() && (group.size() == GROUP || groupBytes + value.length > GROUP_BYTES)) {
                present.addAll(write(group, replace));
                group.clear();
                groupBytes = 0;
            }
            group.put(record.getKey(), value);
            groupBytes += value.length;
        }
        present.addAll(write(group, replace));
        return present;
    }

    /** Writes down what the keys' namespaces stand for, and tells the server's time in epoch millis. */
    private long describe(Set<CacheKey> keys) {
        Set<RedisKeys.Versions> fresh = new HashSet<>();
        keys.forEach(key -> fresh.add(RedisKeys.Versions.of(key)));
        fresh.removeAll(described);
        List<String> time = connections.run("write", pipeline -> {
            for (RedisKeys.Versions versions : fresh) {
                byte[] namespace = names.namespace(versions).getBytes(StandardCharsets.US_ASCII);
                pipeline.hset(names.namespaces(), namespace, versions.text().getBytes(StandardCharsets.UTF_8));
            }
            Response<List<String>> answer = pipeline.time();
            pipeline.sync();
            return answer.get();
        });
        described.addAll(fresh);
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    /**
     * The value for a record; if it is too large for one, its parts are written first, for an hour until they are in
     * use.
     */
    private byte[] value(CacheKey key, Stored.Sealed record, long created) {
        RedisValue.Payload payload = RedisValue.payload(record, record.data().remaining() <= partBytes);
        if (payload.bytes().remaining() <= partBytes) {
            return RedisValue.write(record, payload.blob(), 0, 0, created, payload.bytes());
        }
        ByteBuffer data = record.data();
        int parts = (int) ((data.remaining() + (long) partBytes - 1) / partBytes);
        if (parts > MAX_PARTS) {
            throw new IllegalArgumentException(parts + " parts are more than an entry can have");
        }
        long id = random.nextLong();
        for (int i = 0; i < parts; i++) {
            byte[] part = new byte[Math.min(partBytes, data.remaining())];
            data.get(part);
            byte[] name = names.part(key, id, i);
            connections.run("write", pipeline -> pipeline.set(name, part, new SetParams().px(ORPHAN_MILLIS)));
        }
        return RedisValue.write(record, false, parts, id, created, ByteBuffer.allocate(0));
    }

    private Set<CacheKey> write(Map<CacheKey, byte[]> values, boolean replace) {
        Map<CacheKey, Response<byte[]>> before = new LinkedHashMap<>();
        Map<CacheKey, Response<?>> answers = new LinkedHashMap<>();
        connections.run("write", pipeline -> {
            values.forEach((key, value) -> {
                if (replace) {
                    before.put(key, pipeline.getrange(names.entry(key), 0, RedisValue.FIXED_BYTES - 1));
                }
                RedisValue.Front front = RedisValue.Front.parse(value).orElseThrow();
                answers.put(
                        key,
                        front.parts() > 0
                                ? settle(pipeline, key, value, front, replace)
                                : pipeline.set(names.entry(key), value, how(replace)));
            });
            pipeline.sync();
            return answers;
        });
        Set<CacheKey> present = new HashSet<>();
        answers.forEach((key, answer) -> {
            if (answer(answer) == null) {
                present.add(key);
            }
        });
        before.forEach(this::removeParts);
        return present;
    }

    private <T> @Nullable T answer(Response<T> response) {
        try {
            return response.get();
        } catch (JedisDataException e) {
            throw new StoreUnavailableException(settings.description() + " cannot write: " + e.getMessage(), e);
        }
    }

    private SetParams how(boolean replace) {
        SetParams how = new SetParams();
        if (settings.ttl() != null) {
            how.px(settings.ttl().toMillis());
        }
        return replace ? how : how.nx();
    }

    private Response<Object> settle(
            Pipeline pipeline, CacheKey key, byte[] value, RedisValue.Front front, boolean replace) {
        List<byte[]> keys = new ArrayList<>();
        keys.add(names.entry(key));
        for (int i = 0; i < front.parts(); i++) {
            keys.add(names.part(key, front.partsId(), i));
        }
        long ttl = settings.ttl() == null ? 0 : settings.ttl().toMillis();
        List<byte[]> arguments = List.of(value, ascii(Long.toString(ttl)), ascii(replace ? "1" : "0"));
        return pipeline.eval(ascii(SETTLE), keys, arguments);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Removes the parts of a value that has gone, told by its first bytes. */
    private void removeParts(CacheKey key, Response<byte[]> front) {
        byte[] bytes;
        try {
            bytes = front.get();
        } catch (JedisDataException e) {
            return; // it was no string, so it had no parts
        }
        RedisValue.Front.parse(bytes)
                .filter(f -> f.parts() > 0)
                .ifPresent(f -> connections.run("write", pipeline -> {
                    for (int i = 0; i < f.parts(); i++) {
                        pipeline.unlink(names.part(key, f.partsId(), i));
                    }
                    return f;
                }));
    }

    @Override
    public long removeAll(Collection<CacheKey> keys) {
        guard.requireOpen();
        List<CacheKey> all = new ArrayList<>(new LinkedHashSet<>(keys));
        long removed = 0;
        for (int from = 0; from < all.size(); from += GROUP) {
            List<CacheKey> group = all.subList(from, Math.min(all.size(), from + GROUP));
            Map<CacheKey, Response<byte[]>> before = new LinkedHashMap<>();
            List<Response<Long>> counts = new ArrayList<>();
            connections.run("remove entries", pipeline -> {
                for (CacheKey key : group) {
                    byte[] name = names.entry(key);
                    before.put(key, pipeline.getrange(name, 0, RedisValue.FIXED_BYTES - 1));
                    counts.add(pipeline.unlink(name));
                }
                pipeline.sync();
                return counts;
            });
            for (Response<Long> count : counts) {
                removed += count.get();
            }
            before.forEach(this::removeParts);
        }
        return removed;
    }

    @Override
    public StoreScan scan(Selection selection) {
        guard.requireOpen();
        return new PagedScan(guard, new RedisPages(connections, names, selection));
    }

    @Override
    public StoreStats stats() {
        try (StoreScan all = scan(Selection.ALL)) {
            return StoreStats.of(all);
        }
    }

    @Override
    public void addCounters(Map<String, Long> deltas) {
        guard.requireOpen();
        if (deltas.isEmpty()) {
            return;
        }
        connections.run("count", pipeline -> {
            deltas.forEach(
                    (name, delta) -> pipeline.hincrBy(names.counters(), name.getBytes(StandardCharsets.UTF_8), delta));
            return deltas;
        });
    }

    @Override
    public Map<String, Long> counters() {
        guard.requireOpen();
        Map<byte[], byte[]> raw = connections.run("count", pipeline -> {
            Response<Map<byte[], byte[]>> all = pipeline.hgetAll(names.counters());
            pipeline.sync();
            return all.get();
        });
        Map<String, Long> counters = new TreeMap<>();
        raw.forEach((name, value) -> counters.put(
                new String(name, StandardCharsets.UTF_8),
                Long.parseLong(new String(value, StandardCharsets.US_ASCII))));
        return counters;
    }

    @Override
    public Optional<LeaseTable> leases() {
        return Optional.of(leases);
    }

    @Override
    public void close() {
        guard.close(connections::close);
    }
}
