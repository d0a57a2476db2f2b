/** Readers of language models' configs, one a text {@code model_type}. None knows a family. */
@NullMarked
package dev.embedonce.vlm.decoder.text;

import org.jspecify.annotations.NullMarked;
