/** OpenAI- and Anthropic-compatible chat and embeddings over HTTP. */
@Experimental
@NullMarked
package dev.embedonce.server;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
