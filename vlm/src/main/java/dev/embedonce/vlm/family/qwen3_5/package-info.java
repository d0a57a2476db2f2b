/** Qwen3.5: Qwen3-VL's tower without deepstack; gated delta nets and gated attention in the language model. */
@NullMarked
package dev.embedonce.vlm.family.qwen3_5;

import org.jspecify.annotations.NullMarked;
