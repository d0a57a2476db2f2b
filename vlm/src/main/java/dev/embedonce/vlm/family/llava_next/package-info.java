/** LLaVA-NeXT: the picture as a whole and in tiles, a learned token after each row, padding cut away. */
@NullMarked
package dev.embedonce.vlm.family.llava_next;

import org.jspecify.annotations.NullMarked;
