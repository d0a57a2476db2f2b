/** The binding of Hugging Face's tokenizers. */
@NullMarked
package dev.embedonce.model.tokenizer;

import org.jspecify.annotations.NullMarked;
