/** Cancellation points of long work. */
@NullMarked
package dev.embedonce.image.internal.work;

import org.jspecify.annotations.NullMarked;
