/** Commands that maintain the cache. */
@NullMarked
package dev.embedonce.cli.care;

import org.jspecify.annotations.NullMarked;
