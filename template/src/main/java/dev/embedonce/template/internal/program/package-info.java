/** A parsed template as a tree of statements and expressions that run themselves in a rendering. */
@NullMarked
package dev.embedonce.template.internal.program;

import org.jspecify.annotations.NullMarked;
