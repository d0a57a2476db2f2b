package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.CancellationException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Fax-compressed bilevel pages, by the JDK's own TIFF reader. It is given a directory that we have written, so that it sees the
 * page that we have checked and nothing else of the file.
 */
final class TiffFax {
    private static final int CHUNK_WORK = 2000;
    private static final int INPUT_WORK = 40;
    private static final int PIXEL_WORK = 8;

    /** The tags that are handed on if they are there, in rising order. */
    private static final int[] TAGS = {
        TiffTags.WIDTH,
        TiffTags.HEIGHT,
        TiffTags.BITS,
        TiffTags.COMPRESSION,
        TiffTags.PHOTOMETRIC,
        TiffTags.FILL_ORDER,
        TiffTags.STRIP_OFFSETS,
        TiffTags.SAMPLES,
        TiffTags.ROWS_PER_STRIP,
        TiffTags.STRIP_LENGTHS,
        TiffTags.FAX_3_OPTIONS,
        TiffTags.FAX_4_OPTIONS,
        TiffTags.TILE_WIDTH,
        TiffTags.TILE_HEIGHT,
        TiffTags.TILE_OFFSETS,
        TiffTags.TILE_LENGTHS
    };

    private static final int DIRECTORY = 8;
    private static final int TYPE_SHORT = 3;
    private static final int TYPE_LONG = 4;

    private final TiffTags tags;
    private final TiffLayout layout;
    private final WorkBudget budget;

    TiffFax(TiffTags tags, TiffLayout layout, WorkBudget budget) {
        this.tags = tags;
        this.layout = layout;
        this.budget = budget;
    }

    /** One bit a pixel, rows padded to bytes, values as stored. */
    byte[] read() {
        if (layout.bits() != 1 || layout.samples() != 1) {
            throw new ImageException("corrupt TIFF: fax compression of " + layout.samples() + " samples");
        }
        askForAll();
        return pack(decoded(page()).getRaster());
    }

    /** Bytes that are no longer read once decoding is cancelled. */
    private final class Watched extends ByteArrayInputStream {
        Watched(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] target, int at, int length) {
            budget.check();
            return super.read(target, at, length);
        }
    }

    private BufferedImage decoded(byte[] page) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("tiff");
        if (!readers.hasNext()) {
            throw new ImageException("TIFF with fax compression is not supported by this Java runtime");
        }
        ImageReader reader = readers.next();
        try (ImageInputStream input = new MemoryCacheImageInputStream(new Watched(page))) {
            reader.setInput(input, true, true);
            return reader.read(0);
        } catch (CancellationException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new ImageException("corrupt TIFF: fax data: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    /** The JDK's reader does not say how far it is: all of the work is asked for before. */
    private void askForAll() {
        for (int i = 0; i < layout.chunks(); i++) {
            budget.spend(CHUNK_WORK + (long) INPUT_WORK * layout.length(i));
        }
        budget.spend((long) PIXEL_WORK * layout.width() * layout.height());
    }

    /** A file of our own directory, then all of the old file. */
    private byte[] page() {
        byte[] data = tags.data();
        int entries = (int) Arrays.stream(TAGS).filter(tag -> count(tag) > 0).count();
        int values = DIRECTORY + 2 + 12 * entries + 4;
        int start = values;
        for (int tag : TAGS) {
            start = Math.addExact(start, count(tag) > 1 ? 4 * count(tag) : 0);
        }
        int length = Math.addExact(start, data.length);
        budget.hold(2L * length); // here, and in what the reader keeps of it
        ByteBuffer out =
                ByteBuffer.allocate(length).order(tags.littleEndian() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        out.put(data, 0, 4).putInt(DIRECTORY).putShort((short) entries);
        for (int tag : TAGS) {
            int count = count(tag);
            if (count == 0) {
                continue;
            }
            int moved = tag == TiffTags.STRIP_OFFSETS || tag == TiffTags.TILE_OFFSETS ? start : 0;
            boolean isShort = isShort(tag);
            out.putShort((short) tag)
                    .putShort((short) (isShort ? TYPE_SHORT : TYPE_LONG))
                    .putInt(count);
            if (isShort) {
                out.putShort((short) tags.value(tag, 0)).putShort((short) 0);
                continue;
            }
            out.putInt(count == 1 ? tags.value(tag, 0) + moved : values);
            for (int i = 0; count > 1 && i < count; i++, values += 4) {
                out.putInt(values, tags.value(tag, i) + moved);
            }
        }
        out.put(start, data);
        return out.array();
    }

    /** Whether the reader wants a tag's value as a number of 16 bits. */
    private static boolean isShort(int tag) {
        return switch (tag) {
            case TiffTags.BITS, TiffTags.COMPRESSION, TiffTags.PHOTOMETRIC, TiffTags.FILL_ORDER, TiffTags.SAMPLES ->
                true;
            default -> false;
        };
    }

    /** How many values of a tag are handed on: one a chunk, or one. */
    private int count(int tag) {
        boolean eachChunk = switch (tag) {
            case TiffTags.STRIP_OFFSETS, TiffTags.STRIP_LENGTHS, TiffTags.TILE_OFFSETS, TiffTags.TILE_LENGTHS -> true;
            default -> false;
        };
        return (int) Math.min(tags.count(tag), eachChunk ? layout.chunks() : 1);
    }

    private byte[] pack(Raster raster) {
        if (raster.getWidth() < layout.width() || raster.getHeight() < layout.height()) {
            throw new ImageException("corrupt TIFF: fax data of another size");
        }
        budget.hold((long) layout.rowBytes() * layout.height());
        byte[] packed = new byte[Math.multiplyExact(layout.rowBytes(), layout.height())];
        int[] row = new int[layout.width()];
        for (int y = 0; y < layout.height(); y++) {
            budget.spend((long) PIXEL_WORK * row.length);
            raster.getSamples(0, y, layout.width(), 1, 0, row);
            for (int x = 0; x < row.length; x++) {
                if (row[x] != 0) {
                    packed[y * layout.rowBytes() + (x >> 3)] |= (byte) (0x80 >> (x & 7));
                }
            }
        }
        return packed;
    }
}
