/** Perceptual hashes, as Python's imagehash computes them. They find look-alikes and are never keys. */
@NullMarked
package dev.embedonce.image.hash;

import org.jspecify.annotations.NullMarked;
