package dev.embedonce.langchain4j;

import dev.embedonce.error.EncoderUnavailableException;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.image.pixel.ImageException;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the cache answered, as LangChain4j has it. The framework knows no part of a response that fails. */
record Answers(List<Embedding> embeddings, List<Source> sources) {
    /** @throws RuntimeException of the first input that has no answer; the answers of the others are kept */
    static Answers of(List<Outcome> outcomes) {
        List<Embedding> embeddings = new ArrayList<>(outcomes.size());
        List<Source> sources = new ArrayList<>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Served served) {
                embeddings.add(Embedding.from(served.entry().embedding().toArray()));
                sources.add(served.source());
            } else {
                throw error("inputs[" + i + "]: ", ((Outcome.Failed) outcomes.get(i)).error());
            }
        }
        return new Answers(embeddings, sources);
    }

    private static RuntimeException error(String input, RuntimeException error) {
        if (error instanceof EncoderUnavailableException && error.getCause() instanceof RuntimeException cause) {
            return cause;
        }
        if (error instanceof LangChain4jException) {
            return error;
        }
        return error instanceof ImageException || error instanceof IllegalArgumentException
                ? new InvalidRequestException(input + error.getMessage(), error)
                : new LangChain4jException(input + error.getMessage(), error);
    }

    /** @param spent what this call cost, if known */
    EmbeddingResponse response(String modelName, @Nullable TokenUsage spent) {
        return EmbeddingResponse.builder()
                .embeddings(embeddings)
                .metadata(new EmbedOnceEmbeddingResponseMetadata(modelName, spent, sources))
                .build();
    }
}
