/** Arithmetic, comparisons, slices and {@code %} formatting. */
@NullMarked
package dev.embedonce.template.internal.operator;

import org.jspecify.annotations.NullMarked;
