package dev.embedonce.image.internal.jpeg;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import org.jspecify.annotations.Nullable;

/**
 * The Huffman and quantisation tables in force at some position of a JPEG. Those of a TIFF are shared by its strips or
 * tiles. Not thread-safe.
 */
public final class JpegTables {
    private static final int COUNT = 4;
    /** The bytes of a stream without tables: a start and an end marker. */
    private static final int EMPTY = 4;

    private final @Nullable HuffmanDefinition[] dc = new HuffmanDefinition[COUNT];
    private final @Nullable HuffmanDefinition[] ac = new HuffmanDefinition[COUNT];
    private final int[] @Nullable [] quant = new int[COUNT][];

    /** No tables. */
    JpegTables() {}

    /** The tables of {@code other}, to be replaced one by one. */
    JpegTables(JpegTables other) {
        System.arraycopy(other.dc, 0, dc, 0, COUNT);
        System.arraycopy(other.ac, 0, ac, 0, COUNT);
        System.arraycopy(other.quant, 0, quant, 0, COUNT);
    }

    /**
     * The tables in a stream that has only tables.
     *
     * @throws dev.embedonce.image.pixel.ImageException if it has anything else
     */
    public static JpegTables read(byte[] stream, WorkBudget budget) {
        if (stream.length <= EMPTY) {
            return new JpegTables();
        }
        JpegHeader header = new JpegHeader(stream, new JpegTables(), budget);
        if (header.readSegments(2) >= 0) {
            throw JpegHeader.corrupt("tables with a scan");
        }
        return header.tables;
    }

    /** Reads the Huffman tables of one segment. */
    void defineHuffman(byte[] data, int at, int length) {
        int position = at;
        while (position < at + length) {
            int head = data[position++] & 0xFF;
            if ((head & 0xF) >= COUNT || head >> 4 > 1) {
                throw JpegHeader.corrupt("Huffman table " + head);
            }
            boolean isAc = head >> 4 == 1;
            HuffmanDefinition definition = new HuffmanDefinition(data, position, isAc);
            (isAc ? ac : dc)[head & 0xF] = definition;
            position += definition.length();
        }
    }

    /** Reads the quantisation tables of one segment. */
    void defineQuant(byte[] data, int at, int length) {
        int position = at;
        while (position < at + length) {
            int head = data[position++] & 0xFF;
            int wide = head >> 4;
            if ((head & 0xF) >= COUNT || wide > 1) {
                throw JpegHeader.corrupt("quantisation table " + head);
            }
            Bytes.require(data, position, 64 << wide, JpegHeader.NAME);
            int[] table = new int[64];
            for (int i = 0; i < 64; i++) {
                table[Zigzag.NATURAL[i]] =
                        wide == 1 ? Bytes.u16be(data, position + 2 * i, JpegHeader.NAME) : data[position + i] & 0xFF;
            }
            quant[head & 0xF] = table;
            position += 64 << wide;
        }
    }

    HuffmanTable dc(int index, WorkBudget budget) {
        return table(dc[index], budget);
    }

    HuffmanTable ac(int index, WorkBudget budget) {
        return table(ac[index], budget);
    }

    private static HuffmanTable table(@Nullable HuffmanDefinition definition, WorkBudget budget) {
        if (definition == null) {
            throw JpegHeader.corrupt("scan without its Huffman table");
        }
        return definition.table(budget);
    }

    int[] quant(int index) {
        int[] table = quant[index];
        if (table == null) {
            throw JpegHeader.corrupt("no quantisation table " + index);
        }
        return table;
    }
}
