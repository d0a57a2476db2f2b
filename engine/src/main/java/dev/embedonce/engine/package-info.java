/**
 * Answers conversations about pictures with a vision-language model, many at once, and encodes every picture once:
 * {@link dev.embedonce.engine.ChatEngine} is where to begin. It knows nothing of HTTP.
 */
@NullMarked
package dev.embedonce.engine;

import org.jspecify.annotations.NullMarked;
