/** Granite Vision: LLaVA-NeXT's tiles and packing, four states of SigLIP side by side, Granite. */
@NullMarked
package dev.embedonce.vlm.family.granite_vision;

import org.jspecify.annotations.NullMarked;
