/** The values of a template, what can be asked of each of them, and the budget of the rendering they live in. */
@NullMarked
package dev.embedonce.template.internal.value;

import org.jspecify.annotations.NullMarked;
