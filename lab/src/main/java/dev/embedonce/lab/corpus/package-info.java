/** The pictures that experiments use, and what can happen to them. */
@NullMarked
package dev.embedonce.lab.corpus;

import org.jspecify.annotations.NullMarked;
