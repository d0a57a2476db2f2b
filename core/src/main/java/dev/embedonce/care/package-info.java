/** Looking after a store: verify, clean up, forget, move. */
@NullMarked
package dev.embedonce.care;

import org.jspecify.annotations.NullMarked;
