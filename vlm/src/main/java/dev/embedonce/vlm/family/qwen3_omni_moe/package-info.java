/** Qwen3-Omni's thinker: Qwen3-VL's tower and a mixture of experts; neither audio nor speech. */
@NullMarked
package dev.embedonce.vlm.family.qwen3_omni_moe;

import org.jspecify.annotations.NullMarked;
