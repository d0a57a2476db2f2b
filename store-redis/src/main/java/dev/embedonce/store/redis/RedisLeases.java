package dev.embedonce.store.redis;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.support.OpenGuard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import redis.clients.jedis.Response;

/**
 * Leases as strings with an expiry on the server's clock; looked at and changed in one step by a script. Thread-safe.
 */
final class RedisLeases implements LeaseTable {
    private static final int GROUP = 500;
    private static final String ACQUIRE = """
            local mine = {}
            for i, key in ipairs(KEYS) do
              local owner = redis.call('GET', key)
              if not owner or owner == ARGV[1] then
                redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
                mine[#mine + 1] = i
              end
            end
            return mine""";
    private static final String RENEW = """
            local mine = {}
            for i, key in ipairs(KEYS) do
              if redis.call('GET', key) == ARGV[1] then
                redis.call('PEXPIRE', key, ARGV[2])
                mine[#mine + 1] = i
              end
            end
            return mine""";
    private static final String RELEASE = """
            local mine = {}
            for i, key in ipairs(KEYS) do
              if redis.call('GET', key) == ARGV[1] then
                redis.call('DEL', key)
                mine[#mine + 1] = i
              end
            end
            return mine""";

    private final RedisConnections connections;
    private final RedisKeys names;
    private final OpenGuard guard;

    RedisLeases(RedisConnections connections, RedisKeys names, OpenGuard guard) {
        this.connections = connections;
        this.names = names;
        this.guard = guard;
    }

    @Override
    public Set<CacheKey> tryAcquire(Collection<CacheKey> keys, String owner, Duration duration) {
        return run(ACQUIRE, keys, owner, duration);
    }

    @Override
    public Set<CacheKey> renew(Collection<CacheKey> keys, String owner, Duration duration) {
        return run(RENEW, keys, owner, duration);
    }

    @Override
    public void release(Collection<CacheKey> keys, String owner) {
        run(RELEASE, keys, owner, Duration.ZERO);
    }

    private Set<CacheKey> run(String script, Collection<CacheKey> keys, String owner, Duration duration) {
        guard.requireOpen();
        List<CacheKey> wanted = new ArrayList<>(new LinkedHashSet<>(keys));
        List<byte[]> arguments = List.of(
                owner.getBytes(StandardCharsets.UTF_8),
                Long.toString(Math.max(1, duration.toMillis())).getBytes(StandardCharsets.US_ASCII));
        Set<CacheKey> mine = new HashSet<>();
        for (int from = 0; from < wanted.size(); from += GROUP) {
            List<CacheKey> group = wanted.subList(from, Math.min(wanted.size(), from + GROUP));
            List<byte[]> groupNames = group.stream().map(names::lease).toList();
            mine.addAll(connections.run("change leases", pipeline -> {
                Response<Object> answer = pipeline.eval(script.getBytes(StandardCharsets.UTF_8), groupNames, arguments);
                pipeline.sync();
                return numbers(answer.get()).stream()
                        .map(number -> group.get(number - 1))
                        .toList();
            }));
        }
        return mine;
    }

    private static List<Integer> numbers(Object answer) {
        List<Integer> numbers = new ArrayList<>();
        if (answer instanceof List<?> list) {
            list.forEach(item -> numbers.add(((Number) item).intValue()));
        }
        return numbers;
    }
}
