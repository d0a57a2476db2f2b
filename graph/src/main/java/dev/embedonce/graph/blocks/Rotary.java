package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Value;

/**
 * The cos/sin tables of a rotary position embedding (RoPE), which rotates the pairs {@code (i, i + size/2)} of each
 * head.
 *
 * @param cos float32 [batch, tokens, size / 2]
 * @param sin float32 [batch, tokens, size / 2]
 */
public record Rotary(Value cos, Value sin) {}
