/** How built-in filters, tests and methods are declared, found by name and given their arguments. */
@NullMarked
package dev.embedonce.template.internal.builtin;

import org.jspecify.annotations.NullMarked;
