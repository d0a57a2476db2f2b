package dev.embedonce.cli.search;

import org.jspecify.annotations.Nullable;

/**
 * What is searched for.
 *
 * @param text what the user wrote, or the path of the picture
 * @param image the picture's encoded bytes; null if the query is text
 * @param modelVersion the model version that vectors must have to be compared with this one
 * @param preprocVersion likewise
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Query(String text, byte @Nullable [] image, float[] vector, String modelVersion, String preprocVersion) {}
