/** Image encoders: {@link dev.embedonce.encoder.ImageEncoders} opens one from a model's name. */
@NullMarked
package dev.embedonce.encoder;

import org.jspecify.annotations.NullMarked;
