package dev.embedonce.image.internal.jpeg;

/**
 * A Huffman code with a table over its next {@link #LOOK} bits. Where a code and the value bits after it fit into them,
 * the table gives the value at once.
 */
// Source: ITU-T T.81, annex C and F.2.2
final class HuffmanTable {
    /** Bits looked up at once. */
    static final int LOOK = 10;

    /** Indexed by the next bits: {@code length << 8 | symbol}, 0 if the code is longer. */
    private final short[] symbols = new short[1 << LOOK];

    /** Indexed by the next bits: {@code value << 16 | run << 8 | total length}, 0 if code and value do not both fit. */
    final int[] values = new int[1 << LOOK];

    private final int[] maxCode = new int[18];
    private final int[] offset = new int[17];
    private final byte[] bySize;

    HuffmanTable(int[] counts, byte[] bySize, boolean ac) {
        this.bySize = bySize;
        int code = 0;
        int index = 0;
        for (int bits = 1; bits <= 16; bits++) {
            offset[bits] = index - code;
            for (int i = 0; i < counts[bits]; i++, code++, index++) {
                if (code >= 1 << bits) {
                    throw JpegHeader.corrupt("Huffman table with too many codes");
                }
                if (bits <= LOOK) {
                    spread(code, bits, bySize[index] & 0xFF, ac);
                }
            }
            maxCode[bits] = counts[bits] == 0 ? -1 : code - 1;
            code <<= 1;
        }
        maxCode[17] = Integer.MAX_VALUE;
    }

    private void spread(int code, int bits, int symbol, boolean ac) {
        int from = code << (LOOK - bits);
        int size = ac ? symbol & 0xF : symbol;
        for (int i = 0; i < 1 << (LOOK - bits); i++) {
            symbols[from + i] = (short) (bits << 8 | symbol);
            if (size > 0 && bits + size <= LOOK) {
                int raw = (i >> (LOOK - bits - size)) & ((1 << size) - 1);
                values[from + i] = extend(raw, size) << 16 | (ac ? symbol >> 4 : 0) << 8 | (bits + size);
            }
        }
    }

    /** The signed value that {@code size} bits stand for. */
    static int extend(int raw, int size) {
        return raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw;
    }

    /** Reads one symbol; the reader must hold at least 16 bits. */
    int decode(BitReader in) {
        int entry = symbols[in.peek(LOOK)];
        if (entry != 0) {
            in.skip(entry >> 8);
            return entry & 0xFF;
        }
        int bits = LOOK + 1;
        while (bits <= 16 && in.peek(bits) > maxCode[bits]) {
            bits++;
        }
        if (bits > 16) {
            throw JpegHeader.corrupt("invalid Huffman code");
        }
        int code = in.peek(bits);
        int index = code + offset[bits];
        if (index < 0 || index >= bySize.length) {
            throw JpegHeader.corrupt("invalid Huffman code");
        }
        in.skip(bits);
        return bySize[index] & 0xFF;
    }
}
