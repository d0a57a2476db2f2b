/** The embedonce command. */
@NullMarked
package dev.embedonce.cli;

import org.jspecify.annotations.NullMarked;
