/**
 * The embed command: its options, its progress and its report. The pipeline is {@link
 * dev.embedonce.embed.EmbedPipeline}.
 */
@NullMarked
package dev.embedonce.cli.embed;

import org.jspecify.annotations.NullMarked;
