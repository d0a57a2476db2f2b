/** The cache as a table, read and written through DuckDB. */
@NullMarked
package dev.embedonce.cli.table;

import org.jspecify.annotations.NullMarked;
