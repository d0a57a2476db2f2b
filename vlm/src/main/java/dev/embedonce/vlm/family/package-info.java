/**
 * The families of vision-language models: each a folder named by its {@code model_type}, and a line in {@code
 * Families}.
 */
@NullMarked
package dev.embedonce.vlm.family;

import org.jspecify.annotations.NullMarked;
