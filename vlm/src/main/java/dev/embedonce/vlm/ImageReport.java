package dev.embedonce.vlm;

import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.time.Duration;

/**
 * The features of one picture, and where they came from.
 *
 * @param contentHash SHA-256 of the encoded bytes
 * @param source where they came from
 * @param time hashing and looking up; preprocessing and the tower too if they ran. Pictures of one call share what they
 *     did together in equal parts
 */
public record ImageReport(VisionFeatures features, ContentHash contentHash, Source source, Duration time) {}
