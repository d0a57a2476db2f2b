/** Contenders that take turns, and what their numbers say. */
@NullMarked
package dev.embedonce.bench.measure;

import org.jspecify.annotations.NullMarked;
