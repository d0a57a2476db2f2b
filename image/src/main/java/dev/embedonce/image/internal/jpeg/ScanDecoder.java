package dev.embedonce.image.internal.jpeg;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the entropy-coded data of one scan: sequential scans straight into samples, progressive ones into
 * coefficients.
 */
// Source: ITU-T T.81, annexes F and G
final class ScanDecoder {
    private record Part(
            JpegComponent component,
            @Nullable HuffmanTable dc,
            @Nullable HuffmanTable ac) {}

    /** What a block costs, its transform included, on top of reading its bits. */
    private static final int BLOCK_WORK = 100;
    /** What a block of a progressive scan costs on top of reading its bits. */
    private static final int PROGRESSIVE_BLOCK_WORK = 10;

    private static final int BYTE_WORK = 30;

    /** Blocks, or groups of them, that are charged at once. */
    private static final int PAID_TOGETHER = 1 << 8;

    private final JpegHeader header;
    private final WorkBudget budget;
    private final BitReader in;
    private final List<Part> parts = new ArrayList<>();
    private final ProgressiveBlocks progressive;
    private final int[] block = new int[64];
    private int paidUpTo;

    /** Reads the scan header that starts at {@code at}. */
    ScanDecoder(JpegHeader header, int at, WorkBudget budget) {
        this.header = header;
        this.budget = budget;
        byte[] data = header.data;
        int length = Bytes.u16be(data, at, JpegHeader.NAME);
        Bytes.require(data, at, length, JpegHeader.NAME);
        int count = Bytes.u8(data, at + 2, JpegHeader.NAME);
        if (length != 6 + 2 * count || count < 1 || count > 4) {
            throw JpegHeader.corrupt("scan of " + count + " components");
        }
        int tail = at + 3 + 2 * count;
        this.in = new BitReader(data, at + length);
        this.paidUpTo = at + length;
        this.progressive = new ProgressiveBlocks(in, data[tail] & 0xFF, data[tail + 1] & 0xFF, data[tail + 2] & 0xFF);
        for (int i = 0; i < count; i++) {
            parts.add(part(data[at + 3 + 2 * i] & 0xFF, data[at + 4 + 2 * i] & 0xFF));
        }
        check();
    }

    private Part part(int id, int tables) {
        for (JpegComponent component : header.components) {
            if (component.id == id && parts.stream().noneMatch(p -> p.component() == component)) {
                if ((tables >> 4) > 3 || (tables & 0xF) > 3) {
                    throw JpegHeader.corrupt("Huffman table " + tables);
                }
                if (component.quant.length == 0) {
                    component.quant = header.tables.quant(component.quantTable);
                }
                boolean dc = !header.progressive || progressive.needsDcTable();
                boolean ac = !header.progressive || progressive.needsAcTable();
                return new Part(
                        component,
                        dc ? header.tables.dc(tables >> 4, budget) : null,
                        ac ? header.tables.ac(tables & 0xF, budget) : null);
            }
        }
        throw JpegHeader.corrupt("scan of an unknown component");
    }

    private void check() {
        int blocks = 0;
        for (Part part : parts) {
            blocks += part.component().horizontal * part.component().vertical;
        }
        if (parts.size() > 1 && blocks > 10) {
            throw JpegHeader.corrupt(blocks + " blocks in a group");
        }
        if (header.progressive) {
            for (Part part : parts) {
                progressive.check(part.component(), parts.size());
            }
        }
    }

    /** Decodes the scan and returns the position after it. */
    int decode() {
        for (Part part : parts) {
            part.component().lastDc = 0;
        }
        if (parts.size() == 1) {
            decodeSingle(parts.get(0));
        } else {
            decodeInterleaved();
        }
        in.checkNotPastEnd();
        return in.position();
    }

    private void decodeSingle(Part part) {
        JpegComponent component = part.component();
        int untilRestart = header.restartInterval;
        int restarts = 0;
        for (int y = 0; y < component.blocksDown; y++) {
            for (int x = 0; x < component.blocksAcross; x++) {
                if (x % PAID_TOGETHER == 0) {
                    pay(Math.min(PAID_TOGETHER, component.blocksAcross - x));
                }
                if (header.restartInterval > 0 && untilRestart-- == 0) {
                    restart(restarts++);
                    untilRestart = header.restartInterval - 1;
                }
                decodeBlock(part, x, y);
            }
            in.checkNotPastEnd();
        }
    }

    private void decodeInterleaved() {
        int groupsAcross = JpegHeader.ceilDiv(header.width, 8 * header.maxHorizontal);
        int blocksInGroup = parts.stream()
                .mapToInt(part -> part.component().horizontal * part.component().vertical)
                .sum();
        int groupsDown = JpegHeader.ceilDiv(header.height, 8 * header.maxVertical);
        int untilRestart = header.restartInterval;
        int restarts = 0;
        for (int groupY = 0; groupY < groupsDown; groupY++) {
            for (int groupX = 0; groupX < groupsAcross; groupX++) {
                if (groupX % PAID_TOGETHER == 0) {
                    pay((long) blocksInGroup * Math.min(PAID_TOGETHER, groupsAcross - groupX));
                }
                if (header.restartInterval > 0 && untilRestart-- == 0) {
                    restart(restarts++);
                    untilRestart = header.restartInterval - 1;
                }
                for (int i = 0; i < parts.size(); i++) {
                    Part part = parts.get(i);
                    int across = part.component().horizontal;
                    int down = part.component().vertical;
                    for (int y = 0; y < down; y++) {
                        for (int x = 0; x < across; x++) {
                            decodeBlock(part, groupX * across + x, groupY * down + y);
                        }
                    }
                }
            }
            in.checkNotPastEnd();
        }
    }

    /** Charges the work on the next blocks, and that on the bytes of the previous ones. */
    private void pay(long blocks) {
        int position = in.position();
        int each = header.progressive ? PROGRESSIVE_BLOCK_WORK + progressive.walked() : BLOCK_WORK;
        budget.spend(blocks * each + (long) BYTE_WORK * (position - paidUpTo));
        paidUpTo = position;
    }

    private void restart(int count) {
        in.restart(count & 7);
        progressive.restart();
        for (Part part : parts) {
            part.component().lastDc = 0;
        }
    }

    private void decodeBlock(Part part, int x, int y) {
        JpegComponent component = part.component();
        if (header.progressive) {
            int at = (y * component.paddedAcross + x) * 64;
            progressive.decode(component, at, part.dc(), part.ac());
            return;
        }
        HuffmanTable dc = part.dc();
        HuffmanTable ac = part.ac();
        if (dc == null || ac == null) {
            throw JpegHeader.corrupt("scan without its Huffman table");
        }
        component.lastDc += difference(in, dc);
        if (!component.wants(x, y)) {
            skipAc(ac);
            return;
        }
        int places = readAc(ac, component.quant);
        int at = component.planeOffset(x, y);
        block[0] = component.lastDc * component.quant[0];
        InverseDct.transform(block, places, component.plane, at, component.stride);
    }

    static int difference(BitReader in, HuffmanTable dc) {
        in.fill();
        int entry = dc.values[in.peek(HuffmanTable.LOOK)];
        if (entry != 0) {
            in.skip(entry & 0xFF);
            return entry >> 16;
        }
        int size = dc.decode(in);
        if (size == 0) {
            return 0;
        }
        if (size > 15) {
            throw JpegHeader.corrupt("first coefficient of " + size + " bits");
        }
        return HuffmanTable.extend(in.read(size), size);
    }

    /** Reads the coefficients after the first into {@code block}, dequantised; returns the union of their places. */
    private int readAc(HuffmanTable table, int[] quant) {
        int places = 0;
        for (int k = 1; k < 64; k++) {
            in.fill();
            int entry = table.values[in.peek(HuffmanTable.LOOK)];
            int value;
            if (entry != 0) {
                in.skip(entry & 0xFF);
                k += (entry >> 8) & 0xFF;
                value = entry >> 16;
            } else {
                int symbol = table.decode(in);
                int size = symbol & 0xF;
                k += symbol >> 4;
                if (size == 0) {
                    if (symbol != 0xF0) {
                        break;
                    }
                    continue;
                }
                value = HuffmanTable.extend(in.read(size), size);
            }
            if (k > 63) {
                throw JpegHeader.corrupt("too many coefficients");
            }
            int natural = Zigzag.NATURAL[k];
            block[natural] = value * quant[natural];
            places |= natural;
        }
        return places;
    }

    private void skipAc(HuffmanTable table) {
        for (int k = 1; k < 64; k++) {
            in.fill();
            int entry = table.values[in.peek(HuffmanTable.LOOK)];
            if (entry != 0) {
                in.skip(entry & 0xFF);
                k += (entry >> 8) & 0xFF;
            } else {
                int symbol = table.decode(in);
                k += symbol >> 4;
                if ((symbol & 0xF) != 0) {
                    in.skip(symbol & 0xF);
                } else if (symbol != 0xF0) {
                    break;
                }
            }
        }
    }
}
