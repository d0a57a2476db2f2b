/** Qwen3-VL with a mixture of experts in the layers of its language model. */
@NullMarked
package dev.embedonce.vlm.family.qwen3_vl_moe;

import org.jspecify.annotations.NullMarked;
