/**
 * Turns encoded pictures into the tensors image encoders read, with the very pixels that Pillow and Hugging Face's PIL image
 * processors give.
 *
 * <p>{@link dev.embedonce.image.ImageDecoder} decodes, {@link dev.embedonce.image.PillowResizer} resizes, {@link
 * dev.embedonce.image.ImageProcessor} does all of it as a model's configuration says, and {@link
 * dev.embedonce.image.PerceptualHashes} computes side-index hashes. All types here are immutable and safe to share between
 * threads.
 */
@NullMarked
package dev.embedonce.image;

import org.jspecify.annotations.NullMarked;
