/** Qwen2.5-VL: packed patches with window attention in most layers, positions on three axes. */
@NullMarked
package dev.embedonce.vlm.family.qwen2_5_vl;

import org.jspecify.annotations.NullMarked;
