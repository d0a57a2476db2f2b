/**
 * From encoded bytes to pixels: a picture's header, its pixels or a part of them, within a budget of work and memory.
 */
@NullMarked
package dev.embedonce.image.decode;

import org.jspecify.annotations.NullMarked;
