/** Mistral 3: Pixtral's tower for pictures of any size, a patch merger, a break token after each row. */
@NullMarked
package dev.embedonce.vlm.family.mistral3;

import org.jspecify.annotations.NullMarked;
