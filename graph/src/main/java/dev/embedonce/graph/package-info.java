/** What all of the graph module speaks of: the element types and shapes of tensors. */
@NullMarked
package dev.embedonce.graph;

import org.jspecify.annotations.NullMarked;
