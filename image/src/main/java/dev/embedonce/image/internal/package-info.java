/** Format decoders. Not API. */
@NullMarked
package dev.embedonce.image.internal;

import org.jspecify.annotations.NullMarked;
