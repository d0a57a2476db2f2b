/** The cache's table on Hadoop storage, read and written by Spark. */
@NullMarked
package dev.embedonce.spark.internal.table;

import org.jspecify.annotations.NullMarked;
