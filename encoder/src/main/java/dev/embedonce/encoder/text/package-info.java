/**
 * Text encoders: {@link dev.embedonce.encoder.text.TextEncoders} opens the text side of a model whose texts and
 * pictures share a space.
 */
@NullMarked
package dev.embedonce.encoder.text;

import org.jspecify.annotations.NullMarked;
