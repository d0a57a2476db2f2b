/** Where vectors go: Parquet, npy, JSON lines. */
@NullMarked
package dev.embedonce.cli.output;

import org.jspecify.annotations.NullMarked;
