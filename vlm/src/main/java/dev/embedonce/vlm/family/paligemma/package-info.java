/** PaliGemma and PaliGemma 2: SigLIP, one linear layer, Gemma or Gemma 2 over a prompt that sees itself whole. */
@NullMarked
package dev.embedonce.vlm.family.paligemma;

import org.jspecify.annotations.NullMarked;
