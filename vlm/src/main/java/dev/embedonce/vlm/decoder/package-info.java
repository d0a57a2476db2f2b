/**
 * The language model: prompts whose placeholders hold image features, a KV cache, sequences that decode in a batch.
 */
@Experimental
@NullMarked
package dev.embedonce.vlm.decoder;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
