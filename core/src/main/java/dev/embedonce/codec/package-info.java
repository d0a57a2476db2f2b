/** Byte layouts: sealed records, the safetensors and .npy formats. */
@NullMarked
package dev.embedonce.codec;

import org.jspecify.annotations.NullMarked;
