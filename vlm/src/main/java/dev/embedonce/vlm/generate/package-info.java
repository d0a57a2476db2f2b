/** Choosing tokens: sampling, stop strings, and the loop that writes an answer. */
@NullMarked
package dev.embedonce.vlm.generate;

import org.jspecify.annotations.NullMarked;
