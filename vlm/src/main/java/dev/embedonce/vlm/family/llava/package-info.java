/** LLaVA: CLIP's tower, a projector of two layers, a language model of the Llama kind. */
@NullMarked
package dev.embedonce.vlm.family.llava;

import org.jspecify.annotations.NullMarked;
