/** Kimi-VL: MoonViT over whole pictures of any size; a language model of latent attention and experts. */
@NullMarked
package dev.embedonce.vlm.family.kimi_vl;

import org.jspecify.annotations.NullMarked;
