package dev.embedonce.langchain4j;

import dev.embedonce.engine.ServedImage;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What was reused for an answer. Immutable. */
public final class EmbedOnceChatResponseMetadata extends ChatResponseMetadata {
    private final List<ServedImage> images;
    private final int reusedTokens;

    private EmbedOnceChatResponseMetadata(Builder builder) {
        super(builder);
        this.images = builder.images;
        this.reusedTokens = builder.reusedTokens;
    }

    /** The conversation's images, in order: the hash of each, where its features came from, time and tokens. */
    public List<ServedImage> images() {
        return images;
    }

    /** Tokens of the prompt that were prefilled for an earlier request and not again. */
    public int reusedTokens() {
        return reusedTokens;
    }

    /** Tokens of images that were not encoded for this request. */
    public int cachedImageTokens() {
        return ServedImage.cachedTokens(images);
    }

    /** Collects metadata. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder toBuilder() {
        return ((Builder) toBuilder(builder())).images(images).reusedTokens(reusedTokens);
    }

    /** Collects metadata. Not thread-safe. */
    public static final class Builder extends ChatResponseMetadata.Builder<Builder> {
        private List<ServedImage> images = List.of();
        private int reusedTokens;

        private Builder() {}

        public Builder images(List<ServedImage> value) {
            images = List.copyOf(value);
            return this;
        }

        public Builder reusedTokens(int value) {
            reusedTokens = value;
            return this;
        }

        @Override
        public EmbedOnceChatResponseMetadata build() {
            return new EmbedOnceChatResponseMetadata(this);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof EmbedOnceChatResponseMetadata metadata
                && images.equals(metadata.images)
                && reusedTokens == metadata.reusedTokens;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), images, reusedTokens);
    }

    @Override
    public String toString() {
        return "EmbedOnceChatResponseMetadata{id='" + id() + "', modelName='" + modelName() + "', tokenUsage="
                + tokenUsage() + ", finishReason=" + finishReason() + ", images=" + images + ", reusedTokens="
                + reusedTokens + "}";
    }
}
