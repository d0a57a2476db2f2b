/** Phi-4-multimodal as transformers has it: SigLIP over padded tiles, Phi-4. */
@NullMarked
package dev.embedonce.vlm.family.phi4_multimodal;

import org.jspecify.annotations.NullMarked;
