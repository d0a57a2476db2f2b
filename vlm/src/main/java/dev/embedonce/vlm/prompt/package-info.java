/**
 * From a rendered prompt to the language model's input: placeholder expansion, token ids, positions, image features.
 */
@Experimental
@NullMarked
package dev.embedonce.vlm.prompt;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
