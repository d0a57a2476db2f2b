/** How a cache works: reading, claiming, encoding, publishing, forgetting. Not API. */
@NullMarked
package dev.embedonce.cache.internal;

import org.jspecify.annotations.NullMarked;
