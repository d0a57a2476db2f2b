/**
 * Embeds streams of images, with a cache or without one: {@link dev.embedonce.embed.EmbedPipeline} is the entry. Knows
 * nothing of the command line, so that a job on many machines can run the same code on each.
 */
@NullMarked
package dev.embedonce.embed;

import org.jspecify.annotations.NullMarked;
