/** The interface every store implements. A store keeps opaque records; it can weaken neither key nor checksum. */
@NullMarked
package dev.embedonce.store;

import org.jspecify.annotations.NullMarked;
