/**
 * The language model: prompts whose placeholders hold image features, kept keys and values, rows that decode together.
 */
@NullMarked
package dev.embedonce.vlm.decoder;

import org.jspecify.annotations.NullMarked;
