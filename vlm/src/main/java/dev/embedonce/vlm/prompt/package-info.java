/**
 * From a rendered prompt to what the language model reads: placeholders, token ids, positions, features in their
 * places.
 */
@NullMarked
package dev.embedonce.vlm.prompt;

import org.jspecify.annotations.NullMarked;
