package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.jpeg.JpegSource;
import dev.embedonce.image.internal.jpeg.JpegTables;
import dev.embedonce.image.pixel.ImageException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** The compressions of the strips or tiles of one TIFF. Each fills {@code target} or throws. Not thread-safe. */
// Source: TIFF 6.0, sections 9, 13, 14; technical note 2
final class TiffCodecs implements AutoCloseable {
    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int MAX_CODES = 4096;

    /** The most that is inflated at once, in bytes. */
    private static final int PIECE = 1 << 16;

    private static final int INPUT_WORK = 8;
    private static final int OUTPUT_WORK = 2;
    private static final int CODE_WORK = 8;

    private final byte[] data;
    private final WorkBudget budget;
    private final Inflater inflater = new Inflater();
    private final int[] prefix = new int[MAX_CODES];
    private final byte[] last = new byte[MAX_CODES];
    private final byte[] stack = new byte[MAX_CODES + 1];
    private @Nullable JpegTables jpegTables;

    TiffCodecs(byte[] data, WorkBudget budget) {
        this.data = data;
        this.budget = budget;
    }

    void inflate(int from, int length, byte[] target) {
        inflater.reset();
        int at = from;
        int end = from + length;
        int filled = 0;
        try {
            while (filled < target.length) {
                int n = inflater.inflate(target, filled, Math.min(PIECE, target.length - filled));
                filled += n;
                budget.spend(1 + (long) OUTPUT_WORK * n);
                if (n == 0) {
                    if (at == end || !inflater.needsInput()) {
                        throw Bytes.truncated("TIFF");
                    }
                    int piece = Math.min(PIECE, end - at);
                    budget.spend((long) INPUT_WORK * piece);
                    inflater.setInput(data, at, piece);
                    at += piece;
                }
            }
        } catch (DataFormatException e) {
            throw new ImageException("corrupt TIFF: " + e.getMessage(), e);
        }
    }

    void packBits(int from, int length, byte[] target) {
        int at = from;
        int end = from + length;
        int filled = 0;
        while (filled < target.length) {
            if (at >= end) {
                throw Bytes.truncated("TIFF");
            }
            budget.spend(CODE_WORK);
            int head = data[at++];
            if (head >= 0) {
                int n = Math.min(head + 1, target.length - filled);
                if (n > end - at) {
                    throw Bytes.truncated("TIFF");
                }
                System.arraycopy(data, at, target, filled, n);
                at += head + 1;
                filled += n;
            } else if (head != -128) {
                if (at >= end) {
                    throw Bytes.truncated("TIFF");
                }
                int n = Math.min(1 - head, target.length - filled);
                Arrays.fill(target, filled, filled + n, data[at++]);
                filled += n;
            }
        }
    }

    void lzw(int from, int length, byte[] target) {
        if (length >= 2 && data[from] == 0 && (data[from + 1] & 1) != 0) {
            throw new ImageException("TIFF with old-style LZW is not supported");
        }
        int end = from + length;
        int at = from;
        int buffer = 0;
        int bits = 0;
        int codeSize = 9;
        int next = END + 1;
        int previous = -1;
        byte first = 0;
        int filled = 0;
        while (filled < target.length) {
            while (bits < codeSize) {
                if (at >= end) {
                    throw Bytes.truncated("TIFF");
                }
                buffer = buffer << 8 | (data[at++] & 0xFF);
                bits += 8;
            }
            int code = buffer >>> (bits - codeSize) & ((1 << codeSize) - 1);
            bits -= codeSize;
            if (code == END) {
                throw Bytes.truncated("TIFF");
            }
            if (code == CLEAR) {
                codeSize = 9;
                next = END + 1;
                previous = -1;
                budget.spend(CODE_WORK);
                continue;
            }
            if (code > next || (previous < 0 && code > 255)) {
                throw new ImageException("corrupt TIFF: invalid LZW code");
            }
            int depth = 0;
            int walk = code;
            if (code == next) {
                stack[depth++] = first;
                walk = previous;
            }
            while (walk > 255) {
                stack[depth++] = last[walk];
                walk = prefix[walk];
            }
            first = (byte) walk;
            stack[depth++] = first;
            budget.spend(CODE_WORK + depth);
            while (depth > 0 && filled < target.length) {
                target[filled++] = stack[--depth];
            }
            if (previous >= 0 && next < MAX_CODES) {
                prefix[next] = previous;
                last[next] = first;
                next++;
                if (next == (1 << codeSize) - 1 && codeSize < 12) {
                    codeSize++;
                }
            }
            previous = code;
        }
    }

    /** The header of a strip or tile that is a JPEG picture; tables that all of them share are read once. */
    JpegSource jpeg(int from, int length, TiffTags tags) {
        budget.spend((long) INPUT_WORK * length);
        budget.hold(length);
        byte[] stream = Bytes.slice(data, from, length, "TIFF");
        if (stream.length < 4 || (stream[0] & 0xFF) != 0xFF || (stream[1] & 0xFF) != 0xD8) {
            throw new ImageException("corrupt TIFF: a part that is no JPEG");
        }
        JpegTables tables = jpegTables;
        if (tables == null) {
            tables = JpegTables.read(tags.bytes(TiffTags.JPEG_TABLES), budget);
            jpegTables = tables;
        }
        return new JpegSource(stream, tables, budget);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
