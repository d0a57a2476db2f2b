package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.jpeg.JpegSource;
import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.ImageException;

/** Reads strips or tiles and lays their samples out as one pixel-interleaved picture, in the file's byte order. */
final class TiffPixels implements AutoCloseable {
    private static final int PLAIN = 1;
    private static final int LZW = 5;
    private static final int DEFLATE = 8;
    private static final int OLD_DEFLATE = 32946;
    private static final int PACK_BITS = 32773;

    private static final int CHUNK_WORK = 500;
    private static final int BYTE_WORK = 2;

    private final TiffTags tags;
    private final TiffLayout layout;
    private final boolean luminanceChrominance;
    private final WorkBudget budget;
    private final TiffCodecs codecs;

    TiffPixels(TiffTags tags, TiffLayout layout, boolean luminanceChrominance, WorkBudget budget) {
        this.tags = tags;
        this.layout = layout;
        this.luminanceChrominance = luminanceChrominance;
        this.budget = budget;
        this.codecs = new TiffCodecs(tags.data(), budget);
    }

    /** Bits of each sample that {@link #read} returns: of 16-bit colours only the high eight are kept, as in Pillow. */
    int bits() {
        return narrows() ? 8 : layout.bits();
    }

    private boolean narrows() {
        return layout.bits() == 16 && layout.samples() > 1;
    }

    /** Bytes of one row that {@link #read} returns. */
    int rowBytes() {
        return Math.toIntExact(((long) layout.width() * layout.samples() * bits() + 7) / 8);
    }

    byte[] read() {
        byte[] picture = budget.bytes((long) rowBytes() * layout.height());
        int planes = layout.planar() ? layout.samples() : 1;
        int chunk = 0;
        for (int plane = 0; plane < planes; plane++) {
            for (int y = 0; y < layout.height(); y += layout.chunkHeight()) {
                for (int x = 0; x < layout.width(); x += layout.chunkWidth()) {
                    long held = budget.held();
                    place(unpacked(chunk++, y), plane, x, y, picture);
                    budget.release(budget.held() - held);
                }
            }
        }
        return picture;
    }

    private byte[] unpacked(int chunk, int y) {
        int rows = layout.tiled() ? layout.chunkHeight() : Math.min(layout.chunkHeight(), layout.height() - y);
        int size = Math.multiplyExact(layout.chunkRowBytes(), rows);
        budget.hold(size);
        budget.spend(CHUNK_WORK);
        budget.reserve((long) BYTE_WORK * size);
        int from = layout.offset(chunk);
        int length = layout.length(chunk);
        if (layout.isFax()) {
            return fax(from, length, rows, size);
        }
        if (layout.isJpeg()) {
            return jpeg(from, length, rows);
        }
        byte[] target = budget.checkpoint().bytes(size);
        byte[] data = tags.data();
        switch (layout.compression()) {
            case PLAIN -> {
                Bytes.require(data, from, target.length, "TIFF");
                budget.checkpoint().copy(data, from, target, 0, target.length);
            }
            case LZW -> codecs.lzw(from, length, target);
            case DEFLATE, OLD_DEFLATE -> codecs.inflate(from, length, target);
            case PACK_BITS -> codecs.packBits(from, length, target);
            default -> throw new ImageException("TIFF with compression " + layout.compression() + " is not supported");
        }
        if (tags.number(TiffTags.FILL_ORDER, 1) == 2) {
            reverseBits(target);
        }
        undoPredictor(target, rows);
        if (narrows()) {
            narrow(target);
        }
        return target;
    }

    private void reverseBits(byte[] chunk) {
        for (int from = 0; from < chunk.length; from += Checkpoint.PIECE) {
            int to = Math.min(chunk.length, from + Checkpoint.PIECE);
            budget.checkpoint().advance(to - from);
            for (int i = from; i < to; i++) {
                chunk[i] = (byte) (Integer.reverse(chunk[i]) >>> 24);
            }
        }
    }

    /** Moves the high bytes of 16-bit samples to the first half of {@code chunk}. */
    private void narrow(byte[] chunk) {
        int high = tags.littleEndian() ? 1 : 0;
        for (int from = 0; from < chunk.length / 2; from += Checkpoint.PIECE) {
            int to = Math.min(chunk.length / 2, from + Checkpoint.PIECE);
            budget.checkpoint().advance(to - from);
            for (int i = from; i < to; i++) {
                chunk[i] = chunk[2 * i + high];
            }
        }
    }

    private byte[] fax(int from, int length, int rows, int size) {
        if (layout.bits() != 1 || layout.samples() != 1) {
            throw new ImageException("corrupt TIFF: fax compression of " + layout.samples() + " samples");
        }
        boolean reversed = tags.number(TiffTags.FILL_ORDER, 1) == 2;
        byte[] target = budget.checkpoint().bytes(size);
        new FaxDecoder(tags.data(), from, length, reversed, layout.chunkWidth(), budget)
                .decode(
                        layout.compression(),
                        tags.number(TiffTags.FAX_3_OPTIONS, 0),
                        rows,
                        target,
                        layout.chunkRowBytes());
        return target;
    }

    /** A chunk that is a JPEG picture; the page says what its colours are, not the stream. */
    private byte[] jpeg(int from, int length, int rows) {
        JpegSource part = codecs.jpeg(from, length, tags);
        // the last strip may be as high as the others, although fewer rows are needed
        boolean fits = layout.bits() == 8
                && part.width() == layout.chunkWidth()
                && part.height() >= rows
                && part.height() <= layout.chunkHeight();
        if (!fits) {
            throw new ImageException("corrupt TIFF: a JPEG part of " + part.width() + "x" + part.height() + " pixels");
        }
        if (part.components() != layout.chunkSamples()) {
            throw new ImageException("corrupt TIFF: a JPEG part with " + part.components() + " components");
        }
        return part.decodeRaw(luminanceChrominance);
    }

    @Override
    public void close() {
        codecs.close();
    }

    private void undoPredictor(byte[] chunk, int rows) {
        int predictor = tags.number(TiffTags.PREDICTOR, 1);
        boolean applies = layout.compression() != PLAIN && layout.compression() != PACK_BITS;
        if (predictor == 1 || !applies) {
            return;
        }
        if (predictor != 2 || layout.bits() < 8) {
            throw new ImageException("TIFF with predictor " + predictor + " is not supported");
        }
        int step = layout.chunkSamples();
        int rowBytes = layout.chunkRowBytes();
        for (int row = 0; row < rows; row++) {
            int start = row * rowBytes;
            for (int from = 0; from < rowBytes; from += Checkpoint.PIECE) {
                int end = start + Math.min(rowBytes, from + Checkpoint.PIECE);
                budget.checkpoint().advance(2L * (end - start - from));
                if (layout.bits() == 8) {
                    sum8(chunk, start + Math.max(from, step), end, step);
                } else {
                    sum16(chunk, start + Math.max(from, 2 * step), end, 2 * step);
                }
            }
        }
    }

    private static void sum8(byte[] chunk, int start, int end, int step) {
        for (int i = start; i < end; i++) {
            chunk[i] += chunk[i - step];
        }
    }

    private void sum16(byte[] chunk, int start, int end, int step) {
        int low = tags.littleEndian() ? 0 : 1;
        for (int i = start; i < end; i += 2) {
            int sum = pair(chunk, i, low) + pair(chunk, i - step, low);
            chunk[i + low] = (byte) sum;
            chunk[i + 1 - low] = (byte) (sum >> 8);
        }
    }

    private static int pair(byte[] chunk, int i, int low) {
        return (chunk[i + low] & 0xFF) | (chunk[i + 1 - low] & 0xFF) << 8;
    }

    private void place(byte[] chunk, int plane, int x, int y, byte[] picture) {
        int rows = Math.min(layout.chunkHeight(), layout.height() - y);
        int columns = Math.min(layout.chunkWidth(), layout.width() - x);
        int chunkRow = narrows() ? layout.chunkRowBytes() / 2 : layout.chunkRowBytes();
        if (!layout.planar()) {
            int bitsPerPixel = layout.samples() * bits();
            int startBit = x * bitsPerPixel;
            if (startBit % 8 != 0) {
                throw new ImageException("TIFF with tiles " + layout.chunkWidth() + " pixels wide is not supported");
            }
            int bytes = (columns * bitsPerPixel + 7) / 8;
            for (int row = 0; row < rows; row++) {
                budget.checkpoint().copy(chunk, row * chunkRow, picture, (y + row) * rowBytes() + startBit / 8, bytes);
            }
            return;
        }
        int size = bits() / 8;
        for (int row = 0; row < rows; row++) {
            int from = row * chunkRow;
            int to = (y + row) * rowBytes() + (x * layout.samples() + plane) * size;
            for (int column = 0; column < columns; column++) {
                if (column % Checkpoint.PIECE == 0) {
                    budget.checkpoint().advance(4L * Math.min(Checkpoint.PIECE, columns - column));
                }
                System.arraycopy(chunk, from, picture, to, size);
                from += size;
                to += layout.samples() * size;
            }
        }
    }
}
