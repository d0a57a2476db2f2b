/** Where pictures come from: files, columns of bytes, tars. */
@NullMarked
package dev.embedonce.spark.internal.source;

import org.jspecify.annotations.NullMarked;
