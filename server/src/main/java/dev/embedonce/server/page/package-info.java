/** The page that shows what the cache does. */
@NullMarked
package dev.embedonce.server.page;

import org.jspecify.annotations.NullMarked;
