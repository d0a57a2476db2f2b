package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Value;

/**
 * The angles by which rotary positions turn the channels of a head, pair {@code (i, i + size/2)}.
 *
 * @param cos float32 [batch, tokens, size / 2]
 * @param sin float32 [batch, tokens, size / 2]
 */
public record Rotary(Value cos, Value sin) {}
