/** The embedded default store: one SQLite file that several processes may use at once. */
@NullMarked
package dev.embedonce.store.sqlite;

import org.jspecify.annotations.NullMarked;
