/** How a model's time and memory are shared among its requests: what may be set, who may come in, what is told. */
@NullMarked
package dev.embedonce.engine.schedule;

import org.jspecify.annotations.NullMarked;
