/** What is kept: tensors, embeddings and where they came from. */
@NullMarked
package dev.embedonce.value;

import org.jspecify.annotations.NullMarked;
