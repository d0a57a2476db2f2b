/** The experiments. Each class is the definition of what it measures. */
@NullMarked
package dev.embedonce.lab.experiment;

import org.jspecify.annotations.NullMarked;
