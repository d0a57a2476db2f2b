/** Anthropic's messages. */
@NullMarked
package dev.embedonce.server.api.anthropic;

import org.jspecify.annotations.NullMarked;
