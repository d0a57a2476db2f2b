package dev.embedonce.engine.schedule;

import java.time.Duration;

/**
 * How a model's time and memory are shared among its requests. The KV cache takes at most {@code (mostRows +
 * cachedSequences)} times the model's bytes a token times {@code contextTokens}.
 *
 * @param mostRows sequences that are prefilled or decode at once, at least 1
 * @param mostWaiting sequences that may wait for a row, 0 or more
 * @param chunkTokens the most tokens of a prompt that are prefilled between two decode steps of the others, at least 1
 * @param contextTokens the most tokens of a prompt and its answer together; the model's own limit if that is less
 * @param cachedSequences finished sequences that are kept for prompts with the same prefix, 0 or more
 * @param cachedBytes the most bytes they may take; when nothing runs, the whole KV cache stays below it too
 * @param imageBatch pictures that are looked up and encoded in one go, at least 1
 * @param timeout the longest time from a request's arrival to the end of its answer
 */
public record EngineOptions(
        int mostRows,
        int mostWaiting,
        int chunkTokens,
        int contextTokens,
        int cachedSequences,
        long cachedBytes,
        int imageBatch,
        Duration timeout) {
    /**
     * Eight at once, 64 waiting, chunks of 256 tokens, 8192 tokens of context, four cached sequences of together 1 GiB,
     * 10 minutes.
     */
    public static final EngineOptions DEFAULT =
            new EngineOptions(8, 64, 256, 8192, 4, 1L << 30, 16, Duration.ofMinutes(10));

    public EngineOptions {
        require(mostRows >= 1, "rows", mostRows);
        require(mostWaiting >= 0, "waiting", mostWaiting);
        require(chunkTokens >= 1, "chunk tokens", chunkTokens);
        require(contextTokens >= 2, "context tokens", contextTokens);
        require(cachedSequences >= 0, "cached sequences", cachedSequences);
        require(cachedBytes >= 0, "cached bytes", cachedBytes);
        require(imageBatch >= 1, "image batch", imageBatch);
        require(timeout.toMillis() > 0, "timeout in ms", timeout.toMillis());
    }

    private static void require(boolean fits, String name, long value) {
        if (!fits) {
            throw new IllegalArgumentException("engine options: " + name + " must not be " + value);
        }
    }

    public EngineOptions withRows(int value) {
        return new EngineOptions(
                value, mostWaiting, chunkTokens, contextTokens, cachedSequences, cachedBytes, imageBatch, timeout);
    }

    public EngineOptions withWaiting(int value) {
        return new EngineOptions(
                mostRows, value, chunkTokens, contextTokens, cachedSequences, cachedBytes, imageBatch, timeout);
    }

    public EngineOptions withChunkTokens(int value) {
        return new EngineOptions(
                mostRows, mostWaiting, value, contextTokens, cachedSequences, cachedBytes, imageBatch, timeout);
    }

    public EngineOptions withContextTokens(int value) {
        return new EngineOptions(
                mostRows, mostWaiting, chunkTokens, value, cachedSequences, cachedBytes, imageBatch, timeout);
    }

    public EngineOptions withCachedSequences(int sequences, long bytes) {
        return new EngineOptions(
                mostRows, mostWaiting, chunkTokens, contextTokens, sequences, bytes, imageBatch, timeout);
    }

    public EngineOptions withTimeout(Duration value) {
        return new EngineOptions(
                mostRows, mostWaiting, chunkTokens, contextTokens, cachedSequences, cachedBytes, imageBatch, value);
    }
}
