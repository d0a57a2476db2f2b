/** Tokenizers in the forms in which they are published, and the binding of Hugging Face's library, which runs them. */
@NullMarked
package dev.embedonce.model.tokenizer;

import org.jspecify.annotations.NullMarked;
