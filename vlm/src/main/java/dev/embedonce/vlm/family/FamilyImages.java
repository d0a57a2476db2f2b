package dev.embedonce.vlm.family;

import dev.embedonce.vlm.vision.ImageProcessing;

/**
 * What makes pictures ready, and what the tower must know about it.
 *
 * @param <G> such as the size of tiles
 */
public record FamilyImages<G>(ImageProcessing processing, G geometry) {}
