/** What is counted, as Prometheus reads it. */
@NullMarked
package dev.embedonce.server.metrics;

import org.jspecify.annotations.NullMarked;
