package dev.embedonce.engine.schedule.internal;

/**
 * Whose a sequence is: only prompts of an equal owner reuse it.
 *
 * @param tenant of the request
 * @param deletions from the cache that had been made when the request began ({@code FeatureCache.deletions}): a
 *     sequence from before a deletion is not reused after it
 */
record Owner(String tenant, long deletions) {}
