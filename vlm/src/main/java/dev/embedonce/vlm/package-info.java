/** Vision-language models: families, chat, generation, cached vision features. */
@NullMarked
package dev.embedonce.vlm;

import org.jspecify.annotations.NullMarked;
