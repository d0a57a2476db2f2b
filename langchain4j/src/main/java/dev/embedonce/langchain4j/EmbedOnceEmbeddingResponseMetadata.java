package dev.embedonce.langchain4j;

import dev.embedonce.feature.Source;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the cache did for a response of embeddings. Immutable. */
public final class EmbedOnceEmbeddingResponseMetadata extends EmbeddingResponseMetadata {
    private final List<Source> sources;

    EmbedOnceEmbeddingResponseMetadata(String modelName, @Nullable TokenUsage spent, List<Source> sources) {
        super(EmbeddingResponseMetadata.builder().modelName(modelName).tokenUsage(spent));
        this.sources = List.copyOf(sources);
    }

    /** Where each embedding came from, in order. */
    public List<Source> sources() {
        return sources;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof EmbedOnceEmbeddingResponseMetadata metadata
                && sources.equals(metadata.sources);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), sources);
    }

    @Override
    public String toString() {
        return "EmbedOnceEmbeddingResponseMetadata{modelName='" + modelName() + "', tokenUsage=" + tokenUsage()
                + ", sources=" + sources + "}";
    }
}
