/** The benchmarks. */
@NullMarked
package dev.embedonce.bench.suite;

import org.jspecify.annotations.NullMarked;
