/**
 * The language model: prompts whose placeholders hold image features, a KV cache, sequences that decode in a batch.
 */
@NullMarked
package dev.embedonce.vlm.decoder;

import org.jspecify.annotations.NullMarked;
