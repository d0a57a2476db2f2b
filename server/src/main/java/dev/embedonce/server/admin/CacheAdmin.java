package dev.embedonce.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.DeletionWatch;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.HeapStats;
import dev.embedonce.feature.Tenant;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.metrics.StoreBytes;
import dev.embedonce.store.Selection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code GET /v1/cache/stats}, {@code DELETE /v1/cache} and {@code DELETE /v1/cache/{hash}}. Thread-safe. */
public final class CacheAdmin {
    private final FeatureCache cache;
    private final Set<String> salts;
    private final List<ChatEngine> engines;
    private final StoreBytes storeBytes;
    private final History history;
    private final DeletionWatch watch;

    /**
     * An administration.
     *
     * @param salts of all tenants, former ones too
     * @param watch drops what is kept of pictures outside the cache
     */
    public CacheAdmin(
            FeatureCache cache, Set<String> salts, List<ChatEngine> engines, History history, DeletionWatch watch) {
        this.cache = cache;
        this.salts = Set.copyOf(salts);
        this.engines = List.copyOf(engines);
        this.storeBytes = new StoreBytes(cache);
        this.history = history;
        this.watch = watch;
    }

    /** Answers with the cache's statistics. */
    public void stats(Exchange exchange, Caller caller) throws IOException {
        CacheStats stats = cache.stats();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("images", stats.images()).put("hits", stats.hits()).put("encoded", stats.encoded());
        node.putObject("by_source")
                .put("memory", stats.memoryHits())
                .put("store", stats.storeHits())
                .put("foreign", stats.foreignHits())
                .put("shared", stats.sharedHits())
                .put("pixels", stats.pixelHits())
                .put("encoded", stats.encoded())
                .put("failed", stats.failed());
        node.put("hit_rate", hitRate(stats));
        node.put("corrupt", stats.corruptTotal()).put("healed", stats.healed());
        node.put("encoder_seconds", stats.encodeNanos() / 1e9);
        node.put("encoder_seconds_saved", stats.savedEncodeNanos() / 1e9);
        HeapStats memory = cache.heapStats();
        node.putObject("memory")
                .put("entries", memory.entries())
                .put("bytes", memory.sizeBytes())
                .put("most_bytes", memory.maxBytes())
                .put("evictions", memory.evictions());
        storeBytes.get().ifPresent(store -> {
            ObjectNode held = node.putObject("store");
            held.put("entries", store.entries()).put("bytes", store.sizeBytes());
            ArrayNode versions = held.putArray("versions");
            store.versions()
                    .forEach(version -> versions.addObject()
                            .put("model", version.modelVersion())
                            .put("preprocessing", version.preprocVersion())
                            .put("entries", version.entries())
                            .put("bytes", version.sizeBytes()));
        });
        node.put(
                "state_bytes",
                engines.stream().mapToLong(ChatEngine::stateBytes).sum());
        node.set("history", history.json());
        exchange.json(200, node);
    }

    /** Hits and pixel hits among all that were asked for; 0 if none was. */
    static double hitRate(CacheStats stats) {
        return stats.images() == 0 ? 0 : (double) (stats.hits() + stats.pixelHits()) / stats.images();
    }

    /** Forgets everything. */
    public void clear(Exchange exchange, Caller caller) throws IOException {
        forget(exchange, List.of(Selection.ALL));
    }

    /** Forgets one picture, for all tenants and models. */
    public void remove(Exchange exchange, Caller caller) throws IOException {
        ContentHash hash;
        try {
            hash = new ContentHash(exchange.pathParameter("hash"));
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("hash", "expected the SHA-256 of a picture, 64 lower-case hexadecimal digits");
        }
        List<Selection> everybodys = new ArrayList<>(List.of(new Selection(null, null, hash)));
        salts.forEach(salt -> everybodys.add(new Selection(null, null, new Tenant(salt).keyHash(hash))));
        forget(exchange, everybodys);
    }

    private void forget(Exchange exchange, List<Selection> selections) throws IOException {
        long removed;
        try {
            removed = cache.forget(selections);
        } finally {
            watch.follow();
        }
        exchange.json(
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("object", "cache.deleted")
                        .put("removed", removed));
    }
}
