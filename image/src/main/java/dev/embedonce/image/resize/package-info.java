/** Resampling, exact to the bit: Pillow's of 8-bit samples and torchvision's of floats. */
@NullMarked
package dev.embedonce.image.resize;

import org.jspecify.annotations.NullMarked;
