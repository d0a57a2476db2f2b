/**
 * How a model's time and memory are shared among its requests: options, admission, and the listener that is told of
 * steps.
 */
@NullMarked
package dev.embedonce.engine.schedule;

import org.jspecify.annotations.NullMarked;
