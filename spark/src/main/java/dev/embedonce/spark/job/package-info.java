/** What a run is asked for, and what it says when it is done. */
@NullMarked
package dev.embedonce.spark.job;

import org.jspecify.annotations.NullMarked;
