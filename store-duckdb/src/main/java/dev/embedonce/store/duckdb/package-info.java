/** The DuckDB store: the article's table unchanged, what is ours beside it. */
@NullMarked
package dev.embedonce.store.duckdb;

import org.jspecify.annotations.NullMarked;
