/** What tests of this module share. */
@NullMarked
package dev.embedonce.spark.testing;

import org.jspecify.annotations.NullMarked;
