/**
 * Aya Vision: SigLIP over tiles and the whole picture, pixel shuffle, a gated projector; tiles numbered in the prompt.
 */
@NullMarked
package dev.embedonce.vlm.family.aya_vision;

import org.jspecify.annotations.NullMarked;
