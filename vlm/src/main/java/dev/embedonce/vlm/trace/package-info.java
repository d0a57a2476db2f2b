/** What a model computes, step by step, as tensors that anyone can compare with a reference implementation. */
@NullMarked
package dev.embedonce.vlm.trace;

import org.jspecify.annotations.NullMarked;
