package dev.embedonce.cli.output;

import dev.embedonce.value.Embedding;

/**
 * The row of one image in the output.
 *
 * @param path as the user knows it
 * @param contentHash full SHA-256 of the encoded bytes, lower-case hexadecimal
 * @param width of the decoded image in pixels, upright; 0 if not known
 * @param height likewise
 * @param status {@code encoded}, {@code hit} or {@code pixel-hit}
 * @param vector float32 {@code [dimension]}
 */
public record VectorRow(
        String path,
        String contentHash,
        int width,
        int height,
        String modelVersion,
        String preprocVersion,
        String status,
        Embedding vector) {}
