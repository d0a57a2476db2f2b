/** What stores have in common, for those who write one: closing, limits, URLs, listings, failures. */
@Experimental
@NullMarked
package dev.embedonce.store.support;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
