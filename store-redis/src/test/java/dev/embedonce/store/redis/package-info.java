/** Tests of the Redis store, against a server of their own. */
@NullMarked
package dev.embedonce.store.redis;

import org.jspecify.annotations.NullMarked;
