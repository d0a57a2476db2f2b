/** Qwen2-VL: packed patches, positions on three axes. */
@NullMarked
package dev.embedonce.vlm.family.qwen2_vl;

import org.jspecify.annotations.NullMarked;
