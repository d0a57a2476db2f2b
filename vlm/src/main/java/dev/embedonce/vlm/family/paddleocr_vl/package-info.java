/** PaddleOCR-VL: SigLIP's layers over packed patches with rotary positions; M-RoPE in sections. */
@NullMarked
package dev.embedonce.vlm.family.paddleocr_vl;

import org.jspecify.annotations.NullMarked;
