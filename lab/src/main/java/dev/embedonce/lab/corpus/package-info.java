/** The pictures that experiments run on, and what can happen to a picture. */
@NullMarked
package dev.embedonce.lab.corpus;

import org.jspecify.annotations.NullMarked;
