package dev.embedonce.graph.blocks;

/** How the weights of linear layers are held and multiplied. Activations between the layers are always float32. */
public enum NumericMode {
    /** As published, computed in float32 (16-bit weights are widened exactly). */
    FLOAT32("float32", 32),
    /** 8-bit codes, one float32 scale for every 32 of a row, quantised at load; products in int8. */
    INT8("int8-block32-r" + BlockQuantizer.REVISION, 8),
    /** 4-bit codes, one float32 scale for every 32 of a row, quantised at load; products in int8. */
    INT4("int4-block32-r" + BlockQuantizer.REVISION, 4);

    private final String id;
    private final int bits;

    NumericMode(String id, int bits) {
        this.id = id;
        this.bits = bits;
    }

    /** The name in fingerprints; for a quantised mode it ends in the revision of the quantiser. */
    public String id() {
        return id;
    }

    /** Bits of one weight. */
    public int bits() {
        return bits;
    }
}
