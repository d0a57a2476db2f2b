/** A PostgreSQL database as a store. */
@NullMarked
package dev.embedonce.store.postgres;

import org.jspecify.annotations.NullMarked;
