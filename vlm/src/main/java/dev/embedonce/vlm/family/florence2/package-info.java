/** Florence-2: a DaViT tower before an encoder and a decoder, told what to do by task prompts. */
@NullMarked
package dev.embedonce.vlm.family.florence2;

import org.jspecify.annotations.NullMarked;
