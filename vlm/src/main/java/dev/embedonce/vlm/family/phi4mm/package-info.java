/** Phi-4-multimodal as published with code of its own: SigLIP over padded tiles, Phi-4 with a LoRA for pictures. */
@NullMarked
package dev.embedonce.vlm.family.phi4mm;

import org.jspecify.annotations.NullMarked;
