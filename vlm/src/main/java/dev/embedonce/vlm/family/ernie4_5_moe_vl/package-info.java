/** ERNIE 4.5 VL: packed patches, a resampler over pairs of frames, experts for text and others for pictures. */
@NullMarked
package dev.embedonce.vlm.family.ernie4_5_moe_vl;

import org.jspecify.annotations.NullMarked;
