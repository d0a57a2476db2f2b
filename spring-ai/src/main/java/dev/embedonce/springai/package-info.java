/** Spring AI's models over the cache and the engine. */
@NullMarked
package dev.embedonce.springai;

import org.jspecify.annotations.NullMarked;
