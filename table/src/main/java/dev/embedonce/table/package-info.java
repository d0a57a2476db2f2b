/** The cache as a table: immutable Parquet parts, and snapshots that list them. */
@NullMarked
package dev.embedonce.table;

import org.jspecify.annotations.NullMarked;
