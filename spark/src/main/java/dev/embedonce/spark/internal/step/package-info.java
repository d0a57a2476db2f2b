/** What the tasks of a run do, and the steps that it is made of. */
@NullMarked
package dev.embedonce.spark.internal.step;

import org.jspecify.annotations.NullMarked;
