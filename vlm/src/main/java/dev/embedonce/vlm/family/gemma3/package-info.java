/**
 * Gemma 3: SigLIP pooled to a fixed number of tokens that attend to each other; layers with sliding-window attention;
 * pictures in crops if asked for.
 */
@NullMarked
package dev.embedonce.vlm.family.gemma3;

import org.jspecify.annotations.NullMarked;
