/** The Jinja language as chat templates use it. */
@NullMarked
package dev.embedonce.template;

import org.jspecify.annotations.NullMarked;
