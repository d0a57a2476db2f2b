/** A decoder of still WebP pictures, lossy and lossless, whose pixels are those of libwebp. Not API. */
@NullMarked
package dev.embedonce.image.internal.webp;

import org.jspecify.annotations.NullMarked;
