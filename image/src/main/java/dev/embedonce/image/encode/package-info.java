/** Pictures written as files. */
@NullMarked
package dev.embedonce.image.encode;

import org.jspecify.annotations.NullMarked;
