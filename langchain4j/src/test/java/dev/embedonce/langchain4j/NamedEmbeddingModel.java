package dev.embedonce.langchain4j;

import static java.util.stream.Collectors.joining;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A model as a provider might have it; it notes what it is asked for, takes a token an input, and refuses "bad". */
class NamedEmbeddingModel implements EmbeddingModel {
    static final EmbeddingParameter<Object> ROOM = new EmbeddingParameter<>("room", Object.class);

    final Queue<String> calls = new ConcurrentLinkedQueue<>();
    Runnable beforeAnswer = () -> {};

    @Override
    public String modelName() {
        return "named-1";
    }

    @Override
    public int dimension() {
        return 8;
    }

    @Override
    public EmbeddingRequestParameters defaultRequestParameters() {
        return EmbeddingRequestParameters.builder().dimensions(8).build();
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return Set.of(
                EmbeddingRequestParameters.DIMENSIONS,
                EmbeddingRequestParameters.INPUT_TYPE,
                EmbeddingRequestParameters.MODEL_NAME,
                ROOM);
    }

    @Override
    public Set<ContentType> supportedContentTypes() {
        return Set.of(ContentType.TEXT, ContentType.IMAGE, ContentType.AUDIO);
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<String> names =
                request.inputs().stream().map(NamedEmbeddingModel::name).toList();
        List<Embedding> embeddings = answer(names, request.dimensions(), String.valueOf(request.inputType()));
        return EmbeddingResponse.builder()
                .embeddings(embeddings)
                .metadata(EmbeddingResponseMetadata.builder()
                        .modelName(modelName())
                        .tokenUsage(new TokenUsage(names.size()))
                        .build())
                .build();
    }

    /** Reads titles, as some do. */
    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        List<String> names = segments.stream()
                .map(segment -> segment.metadata().getString("title") + ":" + segment.text())
                .toList();
        return Response.from(answer(names, 8, ""), new TokenUsage(names.size()));
    }

    private List<Embedding> answer(List<String> names, int dimensions, String settings) {
        calls.add(String.join(" ", names));
        beforeAnswer.run();
        if (names.contains("bad")) {
            throw new InvalidRequestException("bad is refused");
        }
        List<Embedding> embeddings = new ArrayList<>();
        for (String name : names) {
            Random random = new Random((name + settings).hashCode());
            float[] vector = new float[dimensions];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = random.nextFloat();
            }
            embeddings.add(Embedding.from(vector));
        }
        return embeddings;
    }

    private static String name(EmbeddingInput input) {
        return input.contents().stream().map(NamedEmbeddingModel::name).collect(joining("+"));
    }

    private static String name(Content content) {
        return content instanceof ImageContent image
                ? image.image().mimeType() + "," + image.image().base64Data()
                : ((TextContent) content).text();
    }
}
