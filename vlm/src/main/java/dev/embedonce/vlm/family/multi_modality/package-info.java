/** Janus: SigLIP, an MLP, Llama; what it draws pictures with is passed over. */
@NullMarked
package dev.embedonce.vlm.family.multi_modality;

import org.jspecify.annotations.NullMarked;
