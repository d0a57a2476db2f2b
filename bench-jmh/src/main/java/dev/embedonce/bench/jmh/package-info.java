/** Microbenchmarks of the steps of one hit. */
@NullMarked
package dev.embedonce.bench.jmh;

import org.jspecify.annotations.NullMarked;
