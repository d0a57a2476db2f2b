/** Tests of the files store. */
@NullMarked
package dev.embedonce.store.files;

import org.jspecify.annotations.NullMarked;
