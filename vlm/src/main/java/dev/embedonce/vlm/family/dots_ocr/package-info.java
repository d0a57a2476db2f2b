/** dots.ocr: packed patches with two-dimensional rotary positions, RMSNorm and gated MLPs in the tower; Qwen2. */
@NullMarked
package dev.embedonce.vlm.family.dots_ocr;

import org.jspecify.annotations.NullMarked;
