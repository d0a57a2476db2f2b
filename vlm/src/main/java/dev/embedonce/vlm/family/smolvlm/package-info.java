/** SmolVLM and SmolVLM2: as Idefics3, under their own names. */
@NullMarked
package dev.embedonce.vlm.family.smolvlm;

import org.jspecify.annotations.NullMarked;
