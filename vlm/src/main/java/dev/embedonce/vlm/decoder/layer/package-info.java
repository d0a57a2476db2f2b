/**
 * What language models are made of: a {@link dev.embedonce.vlm.decoder.layer.TextModel} is a list of layers, a layer a
 * token mixer and a feed-forward network with their norms. Each mixer is one unit: its graph, its state for a sequence,
 * its inputs.
 */
@NullMarked
package dev.embedonce.vlm.decoder.layer;

import org.jspecify.annotations.NullMarked;
