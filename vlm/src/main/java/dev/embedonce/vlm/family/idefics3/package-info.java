/** Idefics3: tiles with separators in the prompt, pixel shuffle. */
@NullMarked
package dev.embedonce.vlm.family.idefics3;

import org.jspecify.annotations.NullMarked;
