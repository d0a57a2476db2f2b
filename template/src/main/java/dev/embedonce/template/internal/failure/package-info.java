/** How a template fails: the exception that parts of the interpreter throw, and the limits it may not pass. */
@NullMarked
package dev.embedonce.template.internal.failure;

import org.jspecify.annotations.NullMarked;
