/** GLM-OCR: packed patches with two-dimensional rotary positions, positions on three axes. */
@NullMarked
package dev.embedonce.vlm.family.glm_ocr;

import org.jspecify.annotations.NullMarked;
