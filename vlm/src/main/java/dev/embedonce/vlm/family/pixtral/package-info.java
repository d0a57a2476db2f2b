/**
 * Pixtral: a tower for pictures of any size, a projector of two layers, rows of tokens with a break token after each.
 */
@NullMarked
package dev.embedonce.vlm.family.pixtral;

import org.jspecify.annotations.NullMarked;
