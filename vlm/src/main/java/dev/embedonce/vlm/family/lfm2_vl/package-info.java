/**
 * LFM2-VL: SigLIP 2 over tiles and a smaller picture of the same shape, pixel unshuffle; a language model of short
 * convolutions and attention.
 */
@NullMarked
package dev.embedonce.vlm.family.lfm2_vl;

import org.jspecify.annotations.NullMarked;
