package dev.embedonce.cli.search;

import org.jspecify.annotations.Nullable;

/**
 * One row of a file of vectors, with its score.
 *
 * @param row from 0
 * @param cosine of its vector with the query's; NaN if it has no direction
 * @param path as the file has it
 * @param contentHash SHA-256 of the picture when it was embedded; null if the file does not say
 * @param modelVersion of its vector; null if the file does not say
 * @param preprocVersion likewise
 */
record Hit(
        long row,
        double cosine,
        String path,
        @Nullable String contentHash,
        @Nullable String modelVersion,
        @Nullable String preprocVersion) {}
