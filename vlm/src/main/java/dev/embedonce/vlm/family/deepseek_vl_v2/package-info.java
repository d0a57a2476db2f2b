/** DeepSeek-VL2: SigLIP over the whole picture and tiles, newlines and a separator; a language model of experts. */
@NullMarked
package dev.embedonce.vlm.family.deepseek_vl_v2;

import org.jspecify.annotations.NullMarked;
