/** The decoders of all formats except JPEG and WebP, which have packages of their own. */
@NullMarked
package dev.embedonce.image.internal.format;

import org.jspecify.annotations.NullMarked;
