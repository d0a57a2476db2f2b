package dev.embedonce.feature;

import dev.embedonce.key.CacheKey;
import dev.embedonce.key.FramedDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * An embedding model of which only the name is known, such as one behind a paid API: its vectors are kept under that
 * name, a version string of the caller's, and the settings it is asked with. Immutable, thread-safe.
 *
 * <p>What cannot be seen from here: whether the model changes behind its name, and settings that are not named. Whoever
 * learns of such a change raises the version; from then on everything is encoded anew.
 *
 * @param name as its provider calls it
 * @param version the caller's own; what is kept under another one is never an answer
 * @param settings all that shapes its vectors beside the model and the content: provider, dimensions, role of the text
 */
public record NamedModel(String name, String version, SortedMap<String, String> settings) {
    /** @throws IllegalArgumentException if name or version is empty or says nothing, such as "unknown" */
    public NamedModel {
        CacheKey.requireVersion("model name", name);
        CacheKey.requireVersion("version", version);
        settings = new TreeMap<>(settings);
    }

    @Override
    public SortedMap<String, String> settings() {
        return new TreeMap<>(settings);
    }

    /** The name, and a digest of it and the version. */
    public String modelVersion() {
        return name + "-"
                + FramedDigest.tagged("embedonce.named-model.v1")
                        .put("name", name)
                        .put("version", version)
                        .hexDigest();
    }

    /** The kind of content, and a digest of it and the settings. */
    public String preprocVersion(String kind) {
        FramedDigest digest = FramedDigest.tagged("embedonce.named-model-settings.v1")
                .put("kind", kind)
                .put("settings", settings.size());
        settings.forEach(digest::put);
        return kind + "-" + digest.hexDigest();
    }

    /**
     * The vectors of items: each distinct one that the cache does not know is asked for once, in full batches. What the
     * model has answered is kept, also if it fails later in this call.
     *
     * @param batchSize the most items for one call of {@code model}; at least 1
     * @param model gives a vector for each item, float32 {@code [dimension]}, in order. If it throws, the items are
     *     tried one by one, so that a bad one fails alone; unless it throws {@link
     *     dev.embedonce.error.EncoderUnavailableException}: then all of this kind that are not known fail, and it is
     *     not called for them again
     * @return for each item, in order, an embedding or why there is none
     * @throws IllegalArgumentException if a kind or the batch size is none
     */
    public <T> List<Outcome> embedAll(
            FeatureProvider cache,
            List<EmbeddingItem<T>> items,
            int batchSize,
            Function<List<T>, List<float[]>> model) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize must be at least 1; found " + batchSize);
        }
        Map<String, List<Integer>> byKind = new LinkedHashMap<>();
        for (int i = 0; i < items.size(); i++) {
            byKind.computeIfAbsent(items.get(i).kind(), kind -> new ArrayList<>())
                    .add(i);
        }
        Outcome[] outcomes = new Outcome[items.size()];
        byKind.forEach((kind, places) -> {
            List<EmbeddingItem<T>> same = places.stream().map(items::get).toList();
            List<Outcome> some = cache.getOrComputeAll(
                    same.stream().map(EmbeddingItem::content).toList(),
                    new NamedModelEncoder<>(modelVersion(), preprocVersion(kind), batchSize, same, model));
            for (int i = 0; i < some.size(); i++) {
                outcomes[places.get(i)] = some.get(i);
            }
        });
        return Arrays.asList(outcomes);
    }
}
