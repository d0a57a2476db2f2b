/** Search in files of vectors: exact, by cosine. */
@NullMarked
package dev.embedonce.cli.search;

import org.jspecify.annotations.NullMarked;
