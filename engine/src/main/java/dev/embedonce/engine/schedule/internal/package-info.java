/** Who is served when: one decode thread a model, pictures in turns beside it, fair queues. */
@NullMarked
package dev.embedonce.engine.schedule.internal;

import org.jspecify.annotations.NullMarked;
