/** Side-by-side benchmarks: what runs them. */
@NullMarked
package dev.embedonce.bench;

import org.jspecify.annotations.NullMarked;
