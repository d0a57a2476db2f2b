/** Redis or Valkey as a store. */
@NullMarked
package dev.embedonce.store.redis;

import org.jspecify.annotations.NullMarked;
