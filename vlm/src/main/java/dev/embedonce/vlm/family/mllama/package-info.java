/** Llama 3.2 Vision: pictures in tiles, to whose states the language model attends in cross-attention layers. */
@NullMarked
package dev.embedonce.vlm.family.mllama;

import org.jspecify.annotations.NullMarked;
