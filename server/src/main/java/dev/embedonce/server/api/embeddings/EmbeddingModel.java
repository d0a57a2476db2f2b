package dev.embedonce.server.api.embeddings;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.text.TextEncoder;
import java.util.Optional;

/**
 * A model that makes vectors. Whoever opened it closes it.
 *
 * @param texts its text side, if it has one
 */
public record EmbeddingModel(ImageEncoder images, Optional<TextEncoder> texts) {}
