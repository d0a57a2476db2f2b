/**
 * From a rendered prompt to the language model's input: placeholder expansion, token ids, positions, image features.
 */
@NullMarked
package dev.embedonce.vlm.prompt;

import org.jspecify.annotations.NullMarked;
