/** A folder as a store: one file an entry, readable by numpy and safetensors as it is. */
@NullMarked
package dev.embedonce.store.files;

import org.jspecify.annotations.NullMarked;
