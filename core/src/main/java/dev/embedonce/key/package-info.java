/** The three-part key and the digests it is made of. */
@NullMarked
package dev.embedonce.key;

import org.jspecify.annotations.NullMarked;
