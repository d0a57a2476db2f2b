/** The files that a run leaves: CSV tables and the environment. */
@NullMarked
package dev.embedonce.lab.data;

import org.jspecify.annotations.NullMarked;
