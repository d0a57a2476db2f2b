/** A store on the heap. */
@NullMarked
package dev.embedonce.store.memory;

import org.jspecify.annotations.NullMarked;
