/** Llama 3.2 Vision: pictures in tiles, whose states the language model looks at in layers of cross-attention. */
@NullMarked
package dev.embedonce.vlm.family.mllama;

import org.jspecify.annotations.NullMarked;
