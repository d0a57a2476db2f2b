/** Who is served when: one decode thread a model, pictures in batches beside it, fair queues. */
@NullMarked
package dev.embedonce.server.schedule;

import org.jspecify.annotations.NullMarked;
