/** Byte layouts: the sealed entry header and safetensors. */
@NullMarked
package dev.embedonce.codec;

import org.jspecify.annotations.NullMarked;
