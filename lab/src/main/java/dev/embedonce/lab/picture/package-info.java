/** Pictures in memory, and the PNG and JPEG files they are written to. */
@NullMarked
package dev.embedonce.lab.picture;

import org.jspecify.annotations.NullMarked;
