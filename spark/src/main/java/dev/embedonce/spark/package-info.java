/**
 * EmbedOnce on Apache Spark: the cache as a table that is joined by hash. Four doors, to the same runs: {@link
 * dev.embedonce.spark.EmbedSource} ({@code df.write.format("embedonce")}), {@link dev.embedonce.spark.EmbedJob} (for
 * spark-submit), {@link dev.embedonce.spark.EmbedOnce} (Java and Scala), {@link dev.embedonce.spark.EmbedCatalog} (a
 * function of SQL).
 */
@NullMarked
package dev.embedonce.spark;

import org.jspecify.annotations.NullMarked;
