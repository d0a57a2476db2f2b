/** What the whole graph module uses: the element types and shapes of tensors. */
@Experimental
@NullMarked
package dev.embedonce.graph;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
