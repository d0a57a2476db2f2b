package dev.embedonce.springai;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.EncoderUnavailableException;
import dev.embedonce.feature.EmbeddingItem;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.NamedModel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResultMetadata;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.util.JsonHelper;
import tools.jackson.core.JacksonException;

/** Asks a model for what the cache does not know. As thread-safe as the model. */
final class CachedQuestions {
    private static final JsonHelper JSON = new JsonHelper();

    private final FeatureProvider cache;
    private final String name;
    private final String version;
    private final int batchSize;

    /** @throws IllegalArgumentException if name or version says nothing */
    CachedQuestions(FeatureProvider cache, String name, String version, int batchSize) {
        this.cache = cache;
        this.name = name;
        this.version = version;
        this.batchSize = batchSize;
        named(null); // refuses what says nothing
    }

    /**
     * The embeddings of items.
     *
     * @param question asks the model for one embedding of each item, in order
     * @param metadata of the item at a place
     */
    <T> EmbeddingResponse embed(
            List<EmbeddingItem<T>> items,
            @Nullable EmbeddingOptions options,
            Function<List<T>, EmbeddingResponse> question,
            IntFunction<EmbeddingResultMetadata> metadata) {
        Spent spent = new Spent();
        return Answers.of(
                named(options).embedAll(cache, items, batchSize, some -> {
                    EmbeddingResponse response = asked(question, some);
                    spent.add(response.getMetadata().getUsage());
                    if (response.getResults().size() != some.size()) {
                        throw new CacheException("the model gave "
                                + response.getResults().size() + " embeddings for " + some.size() + " inputs");
                    }
                    return response.getResults().stream()
                            .map(Embedding::getOutput)
                            .toList();
                }),
                name,
                spent.usage(),
                metadata);
    }

    private NamedModel named(@Nullable EmbeddingOptions options) {
        SortedMap<String, String> settings = new TreeMap<>();
        if (options != null) {
            json(options).forEach((option, value) -> settings.put(option, JSON.toJson(value)));
        }
        return new NamedModel(name, version, settings);
    }

    /** The options that are set, by name. */
    private static Map<String, Object> json(EmbeddingOptions options) {
        try {
            Map<String, Object> json = JSON.convertToMap(options);
            json.values().removeIf(Objects::isNull);
            return json;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "options: expected some that can be written as JSON, to be a part of what embeddings are kept under; "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    /** Tells the cache which failures say something about what was asked for. */
    private static <T> EmbeddingResponse asked(Function<List<T>, EmbeddingResponse> question, List<T> items) {
        try {
            return question.apply(items);
        } catch (NonTransientAiException | IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new EncoderUnavailableException(e);
        }
    }

    /** What one call costs. One thread's. */
    private static final class Spent {
        private int promptTokens;
        private int completionTokens;
        private int totalTokens;

        void add(Usage usage) {
            promptTokens += usage.getPromptTokens();
            completionTokens += usage.getCompletionTokens();
            totalTokens += usage.getTotalTokens();
        }

        Usage usage() {
            return new DefaultUsage(promptTokens, completionTokens, totalTokens);
        }
    }
}
