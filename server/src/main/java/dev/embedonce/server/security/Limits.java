package dev.embedonce.server.security;

import java.time.Duration;

/**
 * How much one request may ask for.
 *
 * @param bodyBytes of a request
 * @param bodiesBytes of all requests that are being read and answered
 * @param bodyTime until a body must be complete
 * @param images of a request
 * @param imageBytes of one picture, encoded
 * @param imagePixels of one picture, width times height
 * @param messages of a conversation
 * @param newTokens of an answer
 * @param choices of a request
 * @param inputs of an embeddings request
 * @param fetchTime to fetch one picture
 */
public record Limits(
        long bodyBytes,
        long bodiesBytes,
        Duration bodyTime,
        int images,
        long imageBytes,
        long imagePixels,
        int messages,
        int newTokens,
        int choices,
        int inputs,
        Duration fetchTime) {
    /**
     * 48 MiB, 512 MiB in all, 30 s, 32 pictures of 24 MiB and 64 megapixels, 1024 messages, 4096 tokens, 8 choices, 256
     * inputs, 10 s.
     */
    public static final Limits DEFAULT = new Limits(
            48L << 20,
            512L << 20,
            Duration.ofSeconds(30),
            32,
            24L << 20,
            64_000_000,
            1024,
            4096,
            8,
            256,
            Duration.ofSeconds(10));

    public Limits {
        require(bodyBytes, "body bytes");
        require(bodiesBytes, "bytes of all bodies");
        require(bodyTime.toMillis(), "body time");
        require(images, "images");
        require(imageBytes, "image bytes");
        require(imagePixels, "image pixels");
        require(messages, "messages");
        require(newTokens, "new tokens");
        require(choices, "choices");
        require(inputs, "inputs");
        require(fetchTime.toMillis(), "fetch time");
        if (bodyBytes > Integer.MAX_VALUE / 2 || imageBytes > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException("limits: bodies and images have less than 1 GiB");
        }
        if (bodiesBytes < bodyBytes) {
            throw new IllegalArgumentException("limits: all bodies together must have room for one");
        }
    }

    private static void require(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("limits: " + name + " must be at least 1; found " + value);
        }
    }

    public Limits withBodyBytes(long value) {
        return new Limits(
                value,
                Math.max(value, bodiesBytes),
                bodyTime,
                images,
                imageBytes,
                imagePixels,
                messages,
                newTokens,
                choices,
                inputs,
                fetchTime);
    }

    public Limits withBodyTime(Duration value) {
        return new Limits(
                bodyBytes,
                bodiesBytes,
                value,
                images,
                imageBytes,
                imagePixels,
                messages,
                newTokens,
                choices,
                inputs,
                fetchTime);
    }

    public Limits withImages(int count, long bytes, long pixels) {
        return new Limits(
                bodyBytes,
                bodiesBytes,
                bodyTime,
                count,
                bytes,
                pixels,
                messages,
                newTokens,
                choices,
                inputs,
                fetchTime);
    }

    public Limits withNewTokens(int value) {
        return new Limits(
                bodyBytes,
                bodiesBytes,
                bodyTime,
                images,
                imageBytes,
                imagePixels,
                messages,
                value,
                choices,
                inputs,
                fetchTime);
    }

    public Limits withFetchTime(Duration value) {
        return new Limits(
                bodyBytes,
                bodiesBytes,
                bodyTime,
                images,
                imageBytes,
                imagePixels,
                messages,
                newTokens,
                choices,
                inputs,
                value);
    }
}
