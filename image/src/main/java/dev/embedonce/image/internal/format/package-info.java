/** The formats that are decoded here, but JPEG and WebP, which have packages of their own. */
@NullMarked
package dev.embedonce.image.internal.format;

import org.jspecify.annotations.NullMarked;
