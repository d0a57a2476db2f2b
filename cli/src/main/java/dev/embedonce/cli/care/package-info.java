/** Commands that look after the cache. */
@NullMarked
package dev.embedonce.cli.care;

import org.jspecify.annotations.NullMarked;
