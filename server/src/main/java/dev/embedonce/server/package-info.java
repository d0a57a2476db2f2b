/** OpenAI- and Anthropic-compatible chat and embeddings over HTTP. */
@NullMarked
package dev.embedonce.server;

import org.jspecify.annotations.NullMarked;
