package dev.embedonce.image.internal.jpeg;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import org.jspecify.annotations.Nullable;

/** A Huffman code as the file defines it; its table is built when a scan first needs it. Not thread-safe. */
final class HuffmanDefinition {
    private static final int BUILD_WORK = 4000;

    private final byte[] data;
    private final int at;
    private final boolean ac;
    private final int symbols;
    private @Nullable HuffmanTable table;

    /** The definition whose sixteen counts are at {@code at}. */
    HuffmanDefinition(byte[] data, int at, boolean ac) {
        this.data = data;
        this.at = at;
        this.ac = ac;
        Bytes.require(data, at, 16, JpegHeader.NAME);
        int total = 0;
        for (int i = 0; i < 16; i++) {
            total += data[at + i] & 0xFF;
        }
        if (total > 256) {
            throw JpegHeader.corrupt("Huffman table of " + total + " codes");
        }
        Bytes.require(data, at + 16, total, JpegHeader.NAME);
        symbols = total;
    }

    /** Bytes of the definition. */
    int length() {
        return 16 + symbols;
    }

    HuffmanTable table(WorkBudget budget) {
        HuffmanTable built = table;
        if (built == null) {
            budget.spend(BUILD_WORK);
            int[] counts = new int[17];
            for (int bits = 1; bits <= 16; bits++) {
                counts[bits] = data[at + bits - 1] & 0xFF;
            }
            built = new HuffmanTable(counts, Bytes.slice(data, at + 16, symbols, JpegHeader.NAME), ac);
            table = built;
        }
        return built;
    }
}
