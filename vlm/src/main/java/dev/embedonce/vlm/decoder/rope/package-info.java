/** Rotary position embeddings (RoPE): frequencies as configs describe them, and the cos/sin tables of a run. */
@NullMarked
package dev.embedonce.vlm.decoder.rope;

import org.jspecify.annotations.NullMarked;
