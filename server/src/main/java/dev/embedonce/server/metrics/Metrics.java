package dev.embedonce.server.metrics;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.HeapStats;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.http.HttpServer;
import dev.embedonce.store.StoreStats;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** {@code GET /metrics}: all metrics in Prometheus' format. Thread-safe. */
public final class Metrics implements HttpServer.RequestListener {
    private static final String MEMORY = MetricsText.label("tier", "memory");
    private static final String STORE = MetricsText.label("tier", "store");

    private final FeatureCache cache;
    private final Map<String, ModelMetrics> models;
    private final List<ChatEngine> engines;
    private final StoreBytes storeBytes;
    private final ConcurrentMap<String, LongAdder> requests = new ConcurrentHashMap<>();
    private final Histogram seconds = new Histogram(0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300);

    /**
     * The metrics of a server.
     *
     * @param models by name, each the listener of its engine
     */
    public Metrics(FeatureCache cache, Map<String, ModelMetrics> models, List<ChatEngine> engines) {
        this.cache = cache;
        this.models = Map.copyOf(models);
        this.engines = List.copyOf(engines);
        this.storeBytes = new StoreBytes(cache);
    }

    @Override
    public void answered(String route, int status, long nanos) {
        String labels = MetricsText.label("route", route) + "," + MetricsText.label("status", Integer.toString(status));
        requests.computeIfAbsent(labels, l -> new LongAdder()).increment();
        seconds.add(nanos / 1e9);
    }

    /** Answers with all metrics. */
    public void handle(Exchange exchange, Caller caller) throws IOException {
        exchange.text(200, "text/plain; version=0.0.4; charset=utf-8", text());
    }

    private String text() {
        MetricsText text = new MetricsText();
        text.metric("embedonce_requests_total", "counter", "Answered HTTP requests.");
        requests.forEach((labels, count) -> text.line("embedonce_requests_total", labels, count.sum()));
        text.metric("embedonce_request_seconds", "histogram", "Time to the end of an answer.");
        seconds.write(text, "embedonce_request_seconds", "");
        models(text);
        images(text, cache.stats());
        tiers(text);
        return text.toString();
    }

    private void models(MetricsText text) {
        counter(text, "embedonce_prompt_tokens_total", "Tokens of prompts.", ModelMetrics::prompts);
        counter(text, "embedonce_prompt_tokens_read_total", "Prompt tokens that were prefilled.", ModelMetrics::read);
        counter(
                text,
                "embedonce_prompt_tokens_reused_total",
                "Prompt tokens taken from an earlier sequence.",
                ModelMetrics::reused);
        counter(text, "embedonce_tokens_written_total", "Tokens of answers.", ModelMetrics::written);
        histogram(
                text,
                "embedonce_time_to_first_token_seconds",
                "From the request on, pictures included.",
                ModelMetrics::firstToken);
        histogram(text, "embedonce_decode_step_seconds", "One decode step for all answers.", ModelMetrics::step);
        histogram(text, "embedonce_decode_batch_size", "Answers in one decode step.", ModelMetrics::batch);
        gauge(text, "embedonce_queue", "Answers that wait for a row.", m -> m.waiting());
        gauge(text, "embedonce_active", "Answers in prefill or decoding.", m -> m.active());
        gauge(text, "embedonce_image_queue", "Requests whose images wait.", m -> m.waitingForPictures());
        gauge(text, "embedonce_state_bytes", "KV cache and other state of sequences.", m -> m.stateBytes());
    }

    private void counter(MetricsText text, String name, String help, ToLongFunction<ModelMetrics> value) {
        text.metric(name, "counter", help);
        models.values().forEach(model -> text.line(name, model.labels(), value.applyAsLong(model)));
    }

    private void histogram(MetricsText text, String name, String help, Function<ModelMetrics, Histogram> value) {
        text.metric(name, "histogram", help);
        models.values().forEach(model -> value.apply(model).write(text, name, model.labels()));
    }

    private void gauge(MetricsText text, String name, String help, Function<ChatEngine, Number> value) {
        text.metric(name, "gauge", help);
        engines.forEach(model -> text.line(name, MetricsText.label("model", model.name()), value.apply(model)));
    }

    private static void images(MetricsText text, CacheStats stats) {
        String images = "embedonce_images_total";
        text.metric(images, "counter", "Images asked for, by how they were served.");
        text.line(images, source("memory"), stats.memoryHits());
        text.line(images, source("store"), stats.storeHits());
        text.line(images, source("foreign"), stats.foreignHits());
        text.line(images, source("shared"), stats.sharedHits());
        text.line(images, source("pixels"), stats.pixelHits());
        text.line(images, source("encoded"), stats.encoded());
        text.line(images, source("failed"), stats.failed());
        text.metric("embedonce_encoder_seconds_total", "counter", "Time in encoders.")
                .line("embedonce_encoder_seconds_total", "", stats.encodeNanos() / 1e9)
                .metric("embedonce_encoder_seconds_saved_total", "counter", "What reused answers once cost.")
                .line("embedonce_encoder_seconds_saved_total", "", stats.savedEncodeNanos() / 1e9);
        text.metric("embedonce_corrupt_entries_total", "counter", "Entries that were no answers, by reason.");
        stats.corrupt()
                .forEach((reason, count) -> text.line(
                        "embedonce_corrupt_entries_total",
                        MetricsText.label("reason", reason.name().toLowerCase(Locale.ROOT)),
                        count));
        text.metric("embedonce_healed_entries_total", "counter", "Entries replaced because they were no answers.")
                .line("embedonce_healed_entries_total", "", stats.healed())
                .metric("embedonce_store_failures_total", "counter", "What the store did not do.")
                .line("embedonce_store_failures_total", MetricsText.label("kind", "read"), stats.storeReadFailures())
                .line("embedonce_store_failures_total", MetricsText.label("kind", "write"), stats.storeWriteFailures());
    }

    private static String source(String name) {
        return MetricsText.label("source", name);
    }

    /** Evictions are those of the memory tier; stores that bound themselves do not report theirs. */
    private void tiers(MetricsText text) {
        HeapStats memory = cache.heapStats();
        Optional<StoreStats> store = storeBytes.get();
        text.metric("embedonce_cache_bytes", "gauge", "Bytes of entries, by tier.")
                .line("embedonce_cache_bytes", MEMORY, memory.sizeBytes());
        store.ifPresent(stats -> text.line("embedonce_cache_bytes", STORE, stats.sizeBytes()));
        text.metric("embedonce_cache_entries", "gauge", "Entries, by tier.")
                .line("embedonce_cache_entries", MEMORY, memory.entries());
        store.ifPresent(stats -> text.line("embedonce_cache_entries", STORE, stats.entries()));
        text.metric("embedonce_cache_evictions_total", "counter", "Entries that made room for others, by tier.")
                .line("embedonce_cache_evictions_total", MEMORY, memory.evictions());
    }
}
