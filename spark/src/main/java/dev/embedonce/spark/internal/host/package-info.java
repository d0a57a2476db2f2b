/** What a process has once, and a host: encoders, caches, native libraries, copies of models. */
@NullMarked
package dev.embedonce.spark.internal.host;

import org.jspecify.annotations.NullMarked;
