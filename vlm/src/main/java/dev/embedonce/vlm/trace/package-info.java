/** What a model computes, step by step, as tensors that anyone can compare with a reference implementation. */
@Experimental
@NullMarked
package dev.embedonce.vlm.trace;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
