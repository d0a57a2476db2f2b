/** Text to token ids and back, as the model's own tokenizer does it. */
@Experimental
@NullMarked
package dev.embedonce.vlm.tokenizer;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
