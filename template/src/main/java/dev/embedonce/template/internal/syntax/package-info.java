/** From the source to the tree: lexer and parser. */
@NullMarked
package dev.embedonce.template.internal.syntax;

import org.jspecify.annotations.NullMarked;
