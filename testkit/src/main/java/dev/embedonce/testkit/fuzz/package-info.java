/** Coverage-guided fuzzing of readers, from an ordinary test. */
@NullMarked
package dev.embedonce.testkit.fuzz;

import org.jspecify.annotations.NullMarked;
