/**
 * The families of vision-language models: each a folder named by its {@code model_type}, and a line in {@code
 * Families}.
 */
@Experimental
@NullMarked
package dev.embedonce.vlm.family;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
