/** Phi-3-vision and Phi-3.5-vision: CLIP over crops and the whole picture, learned separators, Phi-3. */
@NullMarked
package dev.embedonce.vlm.family.phi3_v;

import org.jspecify.annotations.NullMarked;
