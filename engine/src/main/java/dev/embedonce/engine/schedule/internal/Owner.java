package dev.embedonce.engine.schedule.internal;

/**
 * Whose a sequence of keys and values is: only prompts of an equal owner go on from it.
 *
 * @param tenant of the request
 * @param deletions from the cache that had been made when the request began ({@code FeatureCache.deletions}): what was
 *     read before a deletion is not gone on from after it
 */
record Owner(String tenant, long deletions) {}
