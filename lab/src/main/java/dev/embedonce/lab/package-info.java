/** The experiments, tables and figures of the article, rerun. */
@NullMarked
package dev.embedonce.lab;

import org.jspecify.annotations.NullMarked;
