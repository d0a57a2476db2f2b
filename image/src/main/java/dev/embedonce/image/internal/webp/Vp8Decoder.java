package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import java.util.Arrays;

/** Decodes one VP8 key frame: modes, coefficients, prediction, and in the end the loop filter over all of it. */
// Source: RFC 6386
final class Vp8Decoder {
    private static final int SEGMENTS = 4;
    private static final int DC_MODE = 0;
    private static final int TRUE_MOTION = 1;
    private static final int VERTICAL = 2;
    private static final int HORIZONTAL = 3;

    /** What a macroblock costs, its filtering included, on top of reading its coefficients. */
    private static final int MACROBLOCK_WORK = 2500;

    private static final int BYTE_WORK = 40;

    /** Macroblocks that are charged at once. */
    private static final int PAID_TOGETHER = 1 << 7;

    private final WorkBudget budget;
    private final byte[] data;
    private final int end;
    private final Vp8Frame frame;
    private final BoolDecoder header;
    private final int afterHeader;

    private boolean segmented;
    private boolean segmentMap;
    private boolean segmentAbsolute = true;
    private final int[] segmentQuantizer = new int[SEGMENTS];
    private final int[] segmentFilter = new int[SEGMENTS];
    private final int[] segmentProbability = {255, 255, 255};
    private int skipProbability = -1;

    private final Vp8LoopFilter filter;
    private final Vp8Quantizer[] quantizers = new Vp8Quantizer[SEGMENTS];
    private BoolDecoder[] partitions = new BoolDecoder[0];

    /** Modes of the subblocks above and to the left. */
    private final int[] modesAbove;

    private final int[] modesLeft = new int[4];

    Vp8Decoder(byte[] data, int at, int length, WorkBudget budget) {
        Vp8Header start = new Vp8Header(data, at, length);
        this.budget = budget;
        this.data = data;
        this.end = at + length;
        this.frame = new Vp8Frame(start.width(), start.height(), budget);
        this.header = new BoolDecoder(data, at + Vp8Header.LENGTH, start.firstPartition());
        this.afterHeader = at + Vp8Header.LENGTH + start.firstPartition();
        budget.hold(2L * frame.across * frame.down); // what the filter keeps of each macroblock
        this.filter = new Vp8LoopFilter(frame);
        this.modesAbove = new int[4 * frame.across];
    }

    Vp8Frame decode() {
        header.number(2); // colour space and clamping, of which there is one kind each
        budget.reserve((long) BYTE_WORK * (end - afterHeader));
        readSegments();
        filter.read(header);
        readPartitions();
        readQuantizers();
        header.flag(); // whether probabilities outlive this frame
        Vp8Coefficients coefficients = new Vp8Coefficients(frame.across, readProbabilities());
        skipProbability = header.flag() ? header.number(8) : -1;
        Vp8Predictor predictor = new Vp8Predictor(frame);
        for (int y = 0; y < frame.down; y++) {
            Arrays.fill(modesLeft, DC_MODE);
            coefficients.startRow();
            for (int x = 0; x < frame.across; x++) {
                if (x % PAID_TOGETHER == 0) {
                    budget.spend((long) MACROBLOCK_WORK * Math.min(PAID_TOGETHER, frame.across - x));
                }
                macroblock(x, y, coefficients, predictor);
            }
        }
        filter.run(budget);
        return frame;
    }

    private void readSegments() {
        segmented = header.flag();
        if (!segmented) {
            return;
        }
        segmentMap = header.flag();
        if (header.flag()) {
            segmentAbsolute = header.flag();
            for (int i = 0; i < SEGMENTS; i++) {
                segmentQuantizer[i] = header.optional(7);
            }
            for (int i = 0; i < SEGMENTS; i++) {
                segmentFilter[i] = header.optional(6);
            }
        }
        for (int i = 0; segmentMap && i < segmentProbability.length; i++) {
            segmentProbability[i] = header.flag() ? header.number(8) : 255;
        }
    }

    private void readPartitions() {
        partitions = new BoolDecoder[1 << header.number(2)];
        int sizes = afterHeader;
        int at = sizes + 3 * (partitions.length - 1);
        if (at >= end) {
            throw Bytes.truncated(WebpSource.NAME);
        }
        for (int i = 0; i < partitions.length; i++) {
            int size = end - at;
            if (i < partitions.length - 1) {
                int stated = Bytes.u16le(data, sizes + 3 * i, WebpSource.NAME)
                        | (Bytes.u8(data, sizes + 3 * i + 2, WebpSource.NAME) << 16);
                size = Math.min(size, stated);
            }
            partitions[i] = new BoolDecoder(data, at, size);
            at += size;
        }
    }

    private void readQuantizers() {
        int base = header.number(7);
        int[] deltas = new int[5];
        for (int i = 0; i < deltas.length; i++) {
            deltas[i] = header.optional(4);
        }
        for (int i = 0; i < SEGMENTS; i++) {
            int index = segmented ? segmentQuantizer[i] + (segmentAbsolute ? 0 : base) : base;
            quantizers[i] = new Vp8Quantizer(index, deltas);
        }
    }

    private int[] readProbabilities() {
        int[] probabilities = Vp8Tables.coefficientProbabilities();
        for (int i = 0; i < probabilities.length; i++) {
            if (header.bit(Vp8Tables.updateProbability(i)) == 1) {
                probabilities[i] = header.number(8);
            }
        }
        return probabilities;
    }

    private void macroblock(int x, int y, Vp8Coefficients coefficients, Vp8Predictor predictor) {
        int segment = segmentMap ? readSegment() : 0;
        boolean skip = skipProbability >= 0 && header.bit(skipProbability) == 1;
        boolean subblocks = header.bit(145) == 0;
        int[] modes = predictor.modes();
        if (subblocks) {
            readSubblockModes(x, modes);
        } else {
            modes[0] = readLumaMode();
            Arrays.fill(modesAbove, 4 * x, 4 * x + 4, modes[0]);
            Arrays.fill(modesLeft, modes[0]);
        }
        int chromaMode = readChromaMode();
        boolean residual = false;
        if (skip) {
            coefficients.skip(x, !subblocks);
        } else {
            BoolDecoder in = partitions[y & (partitions.length - 1)];
            residual = coefficients.read(in, x, !subblocks, quantizers[segment]);
            if (in.ended()) {
                throw Bytes.truncated(WebpSource.NAME);
            }
        }
        if (header.ended()) {
            throw Bytes.truncated(WebpSource.NAME);
        }
        predictor.reconstruct(x, y, subblocks, chromaMode, residual ? coefficients.values() : null);
        int level = segmented ? segmentFilter[segment] + (segmentAbsolute ? 0 : filter.level()) : filter.level();
        filter.set(x, y, level, subblocks, subblocks || residual);
    }

    private int readSegment() {
        return header.bit(segmentProbability[0]) == 0
                ? header.bit(segmentProbability[1])
                : 2 + header.bit(segmentProbability[2]);
    }

    private int readLumaMode() {
        if (header.bit(156) == 1) {
            return header.bit(128) == 1 ? TRUE_MOTION : HORIZONTAL;
        }
        return header.bit(163) == 1 ? VERTICAL : DC_MODE;
    }

    private int readChromaMode() {
        if (header.bit(142) == 0) {
            return DC_MODE;
        }
        if (header.bit(114) == 0) {
            return VERTICAL;
        }
        return header.bit(183) == 1 ? TRUE_MOTION : HORIZONTAL;
    }

    private void readSubblockModes(int x, int[] modes) {
        for (int row = 0; row < 4; row++) {
            int left = modesLeft[row];
            for (int column = 0; column < 4; column++) {
                int above = modesAbove[4 * x + column];
                left = readSubblockMode(above, left);
                modesAbove[4 * x + column] = left;
                modes[4 * row + column] = left;
            }
            modesLeft[row] = left;
        }
    }

    /** Walks the tree of subblock modes; a mode is numbered as in {@link Vp8Predictor}. */
    private int readSubblockMode(int above, int left) {
        if (node(above, left, 0)) {
            return 0;
        }
        if (node(above, left, 1)) {
            return 1;
        }
        if (node(above, left, 2)) {
            return 2;
        }
        if (node(above, left, 3)) {
            if (node(above, left, 4)) {
                return 3;
            }
            return node(above, left, 5) ? 4 : 5;
        }
        if (node(above, left, 6)) {
            return 6;
        }
        if (node(above, left, 7)) {
            return 7;
        }
        return node(above, left, 8) ? 8 : 9;
    }

    private boolean node(int above, int left, int node) {
        return header.bit(Vp8Tables.modeProbability(above, left, node)) == 0;
    }
}
