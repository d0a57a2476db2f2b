package dev.embedonce.springai;

import dev.embedonce.feature.FeatureProvider;
import org.jspecify.annotations.Nullable;

/** What the builders of both decorators collect. Not thread-safe. */
abstract class CachingSettings<M, B extends CachingSettings<M, B>> {
    private @Nullable M model;
    private @Nullable FeatureProvider cache;
    private @Nullable String modelName;
    private @Nullable String version;
    private int batchSize = 64;

    abstract B self();

    /** The model to ask. Required. */
    public B model(M value) {
        model = value;
        return self();
    }

    /** Where embeddings are kept: a cache, or a tenant's view of one. Required. */
    public B cache(FeatureProvider value) {
        cache = value;
        return self();
    }

    /** What the model is called, with its provider if others call one so too; it does not say so itself. Required. */
    public B modelName(String value) {
        modelName = value;
        return self();
    }

    /** A string of your own for all that only you know of the model. Required. */
    public B version(String value) {
        version = value;
        return self();
    }

    /** The most inputs to ask the model for at once, at least 1; default 64. What was answered is kept after each. */
    public B batchSize(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("batchSize: expected at least 1; found " + value);
        }
        batchSize = value;
        return self();
    }

    M model() {
        return required("model", model);
    }

    CachedQuestions questions() {
        return new CachedQuestions(
                required("cache", cache), required("modelName", modelName), required("version", version), batchSize);
    }

    private static <T> T required(String property, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(property + " must not be null");
        }
        return value;
    }
}
