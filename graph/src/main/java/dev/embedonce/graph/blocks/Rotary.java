package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Value;

/**
 * The cos/sin tables of a rotary position embedding (RoPE).
 *
 * @param cos float32 [batch, tokens, size / 2]
 * @param sin float32 [batch, tokens, size / 2]
 * @param neighbours whether channels {@code (2i, 2i + 1)} of a head are a pair; else {@code (i, i + size/2)} are
 */
public record Rotary(Value cos, Value sin, boolean neighbours) {
    /** Tables for pairs {@code (i, i + size/2)}. */
    public Rotary(Value cos, Value sin) {
        this(cos, sin, false);
    }
}
