package dev.embedonce.langchain4j;

import dev.embedonce.error.EncoderUnavailableException;
import dev.embedonce.feature.EmbeddingItem;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.NamedModel;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Any other embedding model, asked once for each content: known texts and pictures are answered from the cache,
 * duplicates in a request and contents that another thread asks for at this moment are asked for once.
 *
 * <pre>{@code
 * EmbeddingModel model = CachingEmbeddingModel.builder()
 *         .model(OpenAiEmbeddingModel.builder().modelName("text-embedding-3-small").apiKey(key).build())
 *         .cache(cache)
 *         .version("2026-12")
 *         .build();
 * }</pre>
 *
 * An embedding is kept under the model's provider and name, the {@link Builder#version}, all parameters of the request
 * (the model's defaults included), and the content: the bytes of a picture with its MIME type and, if it is named, its
 * detail level; of a text its UTF-8 bytes.
 *
 * <p><b>What this cannot know:</b> whether the model changes behind its name; settings that the model keeps to itself,
 * such as its address, a prefix that it adds to texts, or how it truncates them; whether it answers differently for
 * what stands beside a content in a batch. Two models that differ in such a thing need different versions, and so does
 * one from before and after a change: what is kept under the old version is never an answer again.
 *
 * <p>A failure: if the model refuses a request, its inputs are tried one by one; if it cannot be reached, refuses the
 * caller or has too much to do, no more is asked. Either way the call fails with the model's own exception, since the
 * framework knows no part of a response that fails, and the embeddings that were given are kept. An image that is given
 * by a URL is refused: what is there may change.
 *
 * <p>The metadata of responses are {@link EmbedOnceEmbeddingResponseMetadata}; their token usage is what the call cost:
 * nothing for what was known. Whoever opened model and cache closes them. As thread-safe as the model.
 */
public final class CachingEmbeddingModel implements EmbeddingModel {
    private final EmbeddingModel model;
    private final FeatureProvider cache;
    private final String name;
    private final String version;
    private final int batchSize;
    private final boolean metadata;
    private final List<EmbeddingModelListener> listeners;

    private CachingEmbeddingModel(EmbeddingModel model, FeatureProvider cache, Builder builder, String version) {
        this.model = model;
        this.cache = cache;
        this.name = builder.modelName == null ? model.modelName() : builder.modelName;
        this.version = version;
        this.batchSize = builder.batchSize;
        this.metadata = builder.metadata;
        this.listeners = builder.listeners;
        named(new TreeMap<>()); // refuses what says nothing
    }

    /** Collects settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private @Nullable EmbeddingModel model;
        private @Nullable FeatureProvider cache;
        private @Nullable String version;
        private @Nullable String modelName;
        private int batchSize = 64;
        private boolean metadata = true;
        private List<EmbeddingModelListener> listeners = List.of();

        private Builder() {}

        /** The model to ask. Required. */
        public Builder model(EmbeddingModel value) {
            model = value;
            return this;
        }

        /** Where embeddings are kept: a cache, or a tenant's view of one. Required. */
        public Builder cache(FeatureProvider value) {
            cache = value;
            return this;
        }

        /** A string of your own for all that only you know of the model. Required. */
        public Builder version(String value) {
            version = value;
            return this;
        }

        /** Default the name that the model gives itself; required if it gives none. */
        public Builder modelName(String value) {
            modelName = value;
            return this;
        }

        /** The most inputs for one call of the model, at least 1; default 64. What it answers is kept after each. */
        public Builder batchSize(int value) {
            batchSize = value;
            return this;
        }

        /** Are told of all requests; the model's own of those that reach it. */
        public Builder listeners(List<EmbeddingModelListener> value) {
            listeners = List.copyOf(value);
            return this;
        }

        /**
         * Says that the model does not read metadata of text segments, as few do (a document's title): segments are
         * then kept by their text alone, and asked for without metadata. By default equal texts with different metadata
         * are asked for apart.
         */
        public Builder ignoreMetadata() {
            metadata = false;
            return this;
        }

        /**
         * The model.
         *
         * @throws IllegalArgumentException naming the property that is missing or says nothing
         */
        public CachingEmbeddingModel build() {
            if (batchSize < 1) {
                throw new IllegalArgumentException("batchSize must be greater than zero, but is: " + batchSize);
            }
            return new CachingEmbeddingModel(
                    required("model", model), required("cache", cache), this, required("version", version));
        }

        private static <T> T required(String property, @Nullable T value) {
            if (value == null) {
                throw new IllegalArgumentException(property + " cannot be null");
            }
            return value;
        }
    }

    @Override
    public String modelName() {
        return name;
    }

    @Override
    public int dimension() {
        return model.dimension();
    }

    @Override
    public List<EmbeddingModelListener> listeners() {
        return listeners;
    }

    @Override
    public ModelProvider provider() {
        return model.provider();
    }

    @Override
    public EmbeddingRequestParameters defaultRequestParameters() {
        return model.defaultRequestParameters();
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return model.supportedParameters();
    }

    /** Those of the model that are texts and images. */
    @Override
    public Set<ContentType> supportedContentTypes() {
        Set<ContentType> types = EnumSet.of(ContentType.TEXT, ContentType.IMAGE);
        types.retainAll(model.supportedContentTypes());
        return types;
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<EmbeddingItem<EmbeddingInput>> items =
                request.inputs().stream().map(Contents::item).toList();
        return embed(request.parameters(), items, inputs -> {
            EmbeddingResponse response = model.embed(EmbeddingRequest.builder()
                    .inputs(inputs)
                    .parameters(request.parameters())
                    .build());
            return Response.from(response.embeddings(), response.metadata().tokenUsage());
        });
    }

    @Override
    public Response<Embedding> embed(TextSegment segment) {
        if (!metadata || segment.metadata().toMap().isEmpty()) {
            return EmbeddingModel.super.embed(segment);
        }
        Response<List<Embedding>> one = embedSegments("segment", List.of(segment), segments -> {
            Response<Embedding> response = model.embed(segments.get(0));
            return Response.from(List.of(response.content()), response.tokenUsage());
        });
        return Response.from(one.content().get(0), one.tokenUsage());
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        if (!metadata
                || segments.stream()
                        .allMatch(segment -> segment.metadata().toMap().isEmpty())) {
            return EmbeddingModel.super.embedAll(segments);
        }
        return embedSegments("segments", segments, model::embedAll);
    }

    private Response<List<Embedding>> embedSegments(
            String kind, List<TextSegment> segments, Function<List<TextSegment>, Response<List<Embedding>>> ask) {
        List<EmbeddingItem<TextSegment>> items = segments.stream()
                .map(segment -> new EmbeddingItem<>(kind, Contents.of(segment), segment))
                .toList();
        EmbeddingResponse response = embed(defaultRequestParameters(), items, ask);
        return Response.from(response.embeddings(), response.tokenUsage());
    }

    private <T> EmbeddingResponse embed(
            EmbeddingRequestParameters parameters,
            List<EmbeddingItem<T>> items,
            Function<List<T>, Response<List<Embedding>>> ask) {
        SortedMap<String, String> settings = new TreeMap<>();
        settings.put("provider", model.provider().name());
        for (EmbeddingParameter<?> parameter : parameters.presentParameters()) {
            settings.put(parameter.type().getName() + " " + parameter.name(), value(parameter, parameters));
        }
        Spent spent = new Spent();
        Answers answers = Answers.of(named(settings).embedAll(cache, items, batchSize, some -> {
            Response<List<Embedding>> response = asked(() -> ask.apply(some));
            spent.add(response.tokenUsage());
            return response.content().stream().map(Embedding::vector).toList();
        }));
        return answers.response(name, spent.tokens());
    }

    private NamedModel named(SortedMap<String, String> settings) {
        return new NamedModel(name, version, settings);
    }

    private static String value(EmbeddingParameter<?> parameter, EmbeddingRequestParameters parameters) {
        Object value = parameters.parameter(parameter);
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            return value.toString();
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        throw new UnsupportedFeatureException("parameter " + parameter.name()
                + " is not supported by the cache: it is no text, number, truth value or constant but " + value);
    }

    /** Tells the cache which failures say nothing about what was asked for. */
    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (RetriableException
                | AuthenticationException
                | ModelNotFoundException
                | UnresolvedModelServerException e) {
            throw new EncoderUnavailableException(e);
        }
    }

    /** What one call costs: nothing if the model is not asked, unknown if it does not say. One thread's. */
    private static final class Spent {
        private @Nullable TokenUsage tokens = new TokenUsage(0);

        void add(@Nullable TokenUsage more) {
            tokens = tokens == null || more == null ? null : TokenUsage.sum(tokens, more);
        }

        @Nullable
        TokenUsage tokens() {
            return tokens;
        }
    }
}
