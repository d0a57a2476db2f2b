/** Contenders that take turns, and statistics of their numbers. */
@NullMarked
package dev.embedonce.bench.measure;

import org.jspecify.annotations.NullMarked;
