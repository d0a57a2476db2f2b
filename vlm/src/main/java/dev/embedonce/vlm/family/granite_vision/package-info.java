/** Granite Vision: LLaVA-NeXT's tiles and packing, the hidden states of four SigLIP layers concatenated, Granite. */
@NullMarked
package dev.embedonce.vlm.family.granite_vision;

import org.jspecify.annotations.NullMarked;
