/** The image processors of models, as Hugging Face's PIL processors compute, and their settings files. */
@NullMarked
package dev.embedonce.image.process;

import org.jspecify.annotations.NullMarked;
