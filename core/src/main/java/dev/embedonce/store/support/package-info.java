/** What stores have in common, for those who write one: closing, limits, URLs, listings, failures. */
@NullMarked
package dev.embedonce.store.support;

import org.jspecify.annotations.NullMarked;
