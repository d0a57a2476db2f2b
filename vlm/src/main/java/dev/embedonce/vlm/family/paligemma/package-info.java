/**
 * PaliGemma and PaliGemma 2: SigLIP, one linear layer, Gemma or Gemma 2 over a prompt with bidirectional (prefix)
 * attention.
 */
@NullMarked
package dev.embedonce.vlm.family.paligemma;

import org.jspecify.annotations.NullMarked;
