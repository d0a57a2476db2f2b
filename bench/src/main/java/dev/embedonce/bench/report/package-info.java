/** Results as JSON, as tables and as a figure. */
@NullMarked
package dev.embedonce.bench.report;

import org.jspecify.annotations.NullMarked;
