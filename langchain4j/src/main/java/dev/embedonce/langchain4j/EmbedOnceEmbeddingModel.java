package dev.embedonce.langchain4j;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings of pictures, of texts or of both by encoders in this process, each content once: duplicates in a request,
 * known contents and contents that another thread encodes at this moment do not reach the encoder.
 *
 * <pre>{@code
 * FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
 * EmbeddingModel model = EmbedOnceEmbeddingModel.builder()
 *         .cache(cache)
 *         .images(ImageEncoders.open("default", EncoderOptions.defaults()))
 *         .build();
 * model.embed(EmbeddingRequest.builder().input(ImageContent.from(Path.of("photo.jpg"), "image/jpeg")).build());
 * }</pre>
 *
 * Pictures are given as bytes; their declared MIME type does not count. A picture that cannot be decoded fails the
 * whole call, since the framework knows no part of a response that fails, with an {@link InvalidRequestException}; what
 * was encoded is kept. So does a text that is longer than the model can take. The metadata of responses are
 * {@link EmbedOnceEmbeddingResponseMetadata}; they have no token usage.
 *
 * <p>Whoever opened cache and encoders closes them, after this. Thread-safe.
 */
public final class EmbedOnceEmbeddingModel implements EmbeddingModel {
    private final FeatureProvider cache;
    private final @Nullable ImageEncoder images;
    private final @Nullable TextEncoder texts;
    private final String modelName;
    private final int dimension;
    private final List<EmbeddingModelListener> listeners;

    private EmbedOnceEmbeddingModel(FeatureProvider cache, Builder builder, FeatureEncoder<?> encoder, int dimension) {
        this.cache = cache;
        this.images = builder.images;
        this.texts = builder.texts;
        this.modelName = builder.modelName == null ? encoder.modelVersion() : builder.modelName;
        this.dimension = dimension;
        this.listeners = builder.listeners;
    }

    /** Collects settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private @Nullable FeatureProvider cache;
        private @Nullable ImageEncoder images;
        private @Nullable TextEncoder texts;
        private @Nullable String modelName;
        private List<EmbeddingModelListener> listeners = List.of();

        private Builder() {}

        /** Where vectors are kept: a cache, or a tenant's view of one. Required. */
        public Builder cache(FeatureProvider value) {
            cache = value;
            return this;
        }

        /** Takes pictures. */
        public Builder images(ImageEncoder value) {
            images = value;
            return this;
        }

        /** Takes texts; beside an encoder of pictures it is the other side of the same model. */
        public Builder texts(TextEncoder value) {
            texts = value;
            return this;
        }

        /** For metadata and listeners, never for keys; default the encoder's model version. */
        public Builder modelName(String value) {
            modelName = value;
            return this;
        }

        public Builder listeners(List<EmbeddingModelListener> value) {
            listeners = List.copyOf(value);
            return this;
        }

        /**
         * The model.
         *
         * @throws IllegalArgumentException naming the property that is missing or does not fit
         */
        public EmbedOnceEmbeddingModel build() {
            if (cache == null) {
                throw new IllegalArgumentException("cache cannot be null");
            }
            if (images != null && texts != null && !texts.sameSpaceAs(images)) {
                throw new IllegalArgumentException("texts and images must be the two sides of one model; found "
                        + texts.modelVersion() + " and " + images.modelVersion());
            }
            if (images != null) {
                return new EmbedOnceEmbeddingModel(cache, this, images, images.dimension());
            }
            if (texts != null) {
                return new EmbedOnceEmbeddingModel(cache, this, texts, texts.dimension());
            }
            throw new IllegalArgumentException("images and texts cannot both be null");
        }
    }

    @Override
    public String modelName() {
        return modelName;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public List<EmbeddingModelListener> listeners() {
        return listeners;
    }

    @Override
    public Set<ContentType> supportedContentTypes() {
        Set<ContentType> types = EnumSet.noneOf(ContentType.class);
        if (images != null) {
            types.add(ContentType.IMAGE);
        }
        if (texts != null) {
            types.add(ContentType.TEXT);
        }
        return types;
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        int count = request.inputs().size();
        SortedMap<Integer, byte[]> pictures = new TreeMap<>();
        SortedMap<Integer, byte[]> sentences = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            List<Content> contents = request.inputs().get(i).contents();
            if (contents.size() != 1) {
                throw new UnsupportedFeatureException("inputs[" + i
                        + "]: one embedding of several contents is not supported; found " + contents.size());
            }
            if (contents.get(0) instanceof ImageContent image) {
                pictures.put(i, Pictures.of(image.image()).encoded());
            } else {
                String text = ((TextContent) contents.get(0)).text();
                if (texts != null && text.length() > texts.mostCharacters()) {
                    throw new InvalidRequestException("inputs[" + i + "]: a text of " + text.length()
                            + " characters; the model takes at most " + texts.mostCharacters());
                }
                sentences.put(i, text.getBytes(StandardCharsets.UTF_8));
            }
        }
        Outcome[] outcomes = new Outcome[count];
        answer(images, pictures, outcomes);
        answer(texts, sentences, outcomes);
        return Answers.of(Arrays.asList(outcomes)).response(modelName, null);
    }

    private <P extends Prepared> void answer(
            @Nullable FeatureEncoder<P> encoder, SortedMap<Integer, byte[]> contents, Outcome[] outcomes) {
        if (encoder == null || contents.isEmpty()) {
            return; // the framework has refused contents that no encoder takes
        }
        Iterator<Outcome> answers =
                cache.getOrComputeAll(List.copyOf(contents.values()), encoder).iterator();
        contents.keySet().forEach(place -> outcomes[place] = answers.next());
    }
}
