/** Metrics in Prometheus' format. */
@NullMarked
package dev.embedonce.server.metrics;

import org.jspecify.annotations.NullMarked;
