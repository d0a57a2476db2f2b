/** The cache: look up, encode what is missing once, keep it, verify it on the way out. */
@NullMarked
package dev.embedonce.cache;

import org.jspecify.annotations.NullMarked;
