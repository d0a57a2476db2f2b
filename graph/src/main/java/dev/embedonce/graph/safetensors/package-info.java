/**
 * Published checkpoints in the safetensors format, read in place: which tensors there are, of which type and shape, and
 * in which file at which byte. Nothing is copied until somebody asks for numbers.
 */
@NullMarked
package dev.embedonce.graph.safetensors;

import org.jspecify.annotations.NullMarked;
