/** What the whole graph module uses: the element types and shapes of tensors. */
@NullMarked
package dev.embedonce.graph;

import org.jspecify.annotations.NullMarked;
