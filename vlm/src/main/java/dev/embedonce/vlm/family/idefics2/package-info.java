/** Idefics2: quarters of a picture and the whole of it, SigLIP at any size, a perceiver resampler, Mistral. */
@NullMarked
package dev.embedonce.vlm.family.idefics2;

import org.jspecify.annotations.NullMarked;
