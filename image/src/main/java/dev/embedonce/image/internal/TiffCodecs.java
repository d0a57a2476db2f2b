package dev.embedonce.image.internal;

import dev.embedonce.image.ImageException;
import dev.embedonce.image.internal.jpeg.JpegSource;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The compressions of TIFF strips and tiles. Each fills {@code target} or throws. */
// Source: TIFF 6.0, sections 9, 13, 14; technical note 2
final class TiffCodecs {
    private static final int CLEAR = 256;
    private static final int END = 257;

    private TiffCodecs() {}

    static void inflate(byte[] data, int from, int length, byte[] target) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(data, from, length);
            int filled = 0;
            while (filled < target.length) {
                int n = inflater.inflate(target, filled, target.length - filled);
                if (n == 0) {
                    throw Bytes.truncated("TIFF");
                }
                filled += n;
            }
        } catch (DataFormatException e) {
            throw new ImageException("corrupt TIFF: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    static void packBits(byte[] data, int from, int length, byte[] target) {
        int at = from;
        int end = from + length;
        int filled = 0;
        while (filled < target.length) {
            if (at >= end) {
                throw Bytes.truncated("TIFF");
            }
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

    static void lzw(byte[] data, int from, int length, byte[] target) {
        if (length >= 2 && data[from] == 0 && (data[from + 1] & 1) != 0) {
            throw new ImageException("TIFF with old-style LZW is not supported");
        }
        int[] prefix = new int[4096];
        byte[] last = new byte[4096];
        byte[] stack = new byte[4097];
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
            while (depth > 0 && filled < target.length) {
                target[filled++] = stack[--depth];
            }
            if (previous >= 0 && next < 4096) {
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

    /** A strip or tile that is a JPEG picture, {@code rows} high; colours as the page says, not as the stream does. */
    static byte[] jpeg(byte[] stream, TiffLayout layout, int rows, boolean luminanceChrominance) {
        if (stream.length < 4 || (stream[0] & 0xFF) != 0xFF || (stream[1] & 0xFF) != 0xD8) {
            throw new ImageException("corrupt TIFF: a part that is no JPEG");
        }
        JpegSource source = new JpegSource(stream);
        if (layout.bits() != 8 || source.width() != layout.chunkWidth() || source.height() < rows) {
            throw new ImageException(
                    "corrupt TIFF: a JPEG part of " + source.width() + "x" + source.height() + " pixels");
        }
        byte[] samples = source.decodeRaw(luminanceChrominance);
        int wanted = Math.multiplyExact(layout.chunkRowBytes(), rows);
        if (samples.length < wanted) {
            throw new ImageException("corrupt TIFF: a JPEG part with other components");
        }
        return Arrays.copyOf(samples, wanted);
    }
}
