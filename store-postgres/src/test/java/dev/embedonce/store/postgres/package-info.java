/** Tests of the PostgreSQL store, against a server of their own. */
@NullMarked
package dev.embedonce.store.postgres;

import org.jspecify.annotations.NullMarked;
