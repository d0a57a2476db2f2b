/**
 * What image processors of models do to pictures, as Hugging Face's PIL processors do it, and the settings files that
 * say so.
 */
@NullMarked
package dev.embedonce.image.process;

import org.jspecify.annotations.NullMarked;
