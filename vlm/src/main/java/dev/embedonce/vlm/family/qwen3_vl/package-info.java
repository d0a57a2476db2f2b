/**
 * Qwen3-VL: packed patches, features for the first layers of the language model too (deepstack), positions on three
 * axes.
 */
@NullMarked
package dev.embedonce.vlm.family.qwen3_vl;

import org.jspecify.annotations.NullMarked;
