/** Pictures in memory: modes, palettes, orientation, conversions as Pillow makes them. */
@NullMarked
package dev.embedonce.image.pixel;

import org.jspecify.annotations.NullMarked;
