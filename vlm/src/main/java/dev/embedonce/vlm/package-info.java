/**
 * Vision-language models whose image features are cached: {@link dev.embedonce.vlm.VisionLanguageModel} is the way in.
 */
@NullMarked
package dev.embedonce.vlm;

import org.jspecify.annotations.NullMarked;
