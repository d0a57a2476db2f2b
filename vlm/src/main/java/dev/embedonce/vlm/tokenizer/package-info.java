/** Text to token ids and back, as the model's own tokenizer does it. */
@NullMarked
package dev.embedonce.vlm.tokenizer;

import org.jspecify.annotations.NullMarked;
