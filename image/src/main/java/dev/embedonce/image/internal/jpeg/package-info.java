/**
 * A baseline and progressive JPEG decoder whose pixels are those of libjpeg-turbo's slow integer transform. Not API.
 */
@NullMarked
package dev.embedonce.image.internal.jpeg;

import org.jspecify.annotations.NullMarked;
