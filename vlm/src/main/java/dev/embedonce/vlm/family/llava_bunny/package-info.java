/** nanoLLaVA and Bunny: SigLIP without its last layer, a projector of two layers, Qwen2 or Llama. */
@NullMarked
package dev.embedonce.vlm.family.llava_bunny;

import org.jspecify.annotations.NullMarked;
