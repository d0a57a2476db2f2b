/** OpenAI's embeddings, with pictures. */
@NullMarked
package dev.embedonce.server.api.embeddings;

import org.jspecify.annotations.NullMarked;
