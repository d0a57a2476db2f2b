/** Gemma 4: pictures of any shape as packed patches, squares of which become one token; no video, no audio. */
@NullMarked
package dev.embedonce.vlm.family.gemma4;

import org.jspecify.annotations.NullMarked;
