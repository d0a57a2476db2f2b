/** OpenAI's chat completions and models. */
@NullMarked
package dev.embedonce.server.api.openai;

import org.jspecify.annotations.NullMarked;
