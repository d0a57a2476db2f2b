package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.pixel.ImageException;

/** How the samples of a TIFF page are laid out in its strips or tiles. */
final class TiffLayout {
    static final int JPEG = 7;

    private final int width;
    private final int height;
    private final int bits;
    private final int samples;
    private final int sampleFormat;
    private final int compression;
    private final boolean planar;
    private final boolean tiled;
    private final int chunkWidth;
    private final int chunkHeight;
    private final TiffTags tags;
    private final int offsets;
    private final int lengths;

    TiffLayout(TiffTags tags) {
        this.tags = tags;
        width = tags.number(TiffTags.WIDTH, 0);
        height = tags.number(TiffTags.HEIGHT, 0);
        if (width < 1 || height < 1) {
            throw new ImageException("corrupt TIFF: size " + width + "x" + height);
        }
        samples = tags.number(TiffTags.SAMPLES, 1);
        bits = tags.number(TiffTags.BITS, 1);
        for (int i = 1; i < Math.min(samples, tags.count(TiffTags.BITS)); i++) {
            if (tags.value(TiffTags.BITS, i) != bits) {
                throw new ImageException("TIFF with samples of different sizes is not supported");
            }
        }
        if ((bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16) || samples < 1 || samples > 6) {
            throw new ImageException("TIFF with " + samples + " samples of " + bits + " bits is not supported");
        }
        sampleFormat = tags.number(TiffTags.SAMPLE_FORMAT, 1);
        compression = tags.number(TiffTags.COMPRESSION, 1);
        planar = tags.number(TiffTags.PLANAR, 1) == 2 && samples > 1;
        tiled = tags.count(TiffTags.TILE_OFFSETS) > 0;
        chunkWidth = tiled ? tags.number(TiffTags.TILE_WIDTH, 0) : width;
        chunkHeight = tiled
                ? tags.number(TiffTags.TILE_HEIGHT, 0)
                : Math.min(height, tags.number(TiffTags.ROWS_PER_STRIP, height));
        offsets = tiled ? TiffTags.TILE_OFFSETS : TiffTags.STRIP_OFFSETS;
        lengths = tiled ? TiffTags.TILE_LENGTHS : TiffTags.STRIP_LENGTHS;
        check();
    }

    private void check() {
        if (chunkWidth < 1 || chunkHeight < 1) {
            throw new ImageException("corrupt TIFF: tiles of " + chunkWidth + "x" + chunkHeight);
        }
        if ((long) chunkWidth * chunkHeight > 4L * width * height + (1 << 22)) {
            throw new ImageException("corrupt TIFF: tiles of " + chunkWidth + "x" + chunkHeight + " in a picture of "
                    + width + "x" + height);
        }
        if (planar && bits < 8) {
            throw new ImageException("TIFF in planes of " + bits + " bits is not supported");
        }
        long needed = chunks();
        if (tags.count(offsets) < needed || (tags.count(lengths) < needed && !hasOneChunkOfUnknownLength())) {
            throw Bytes.truncated("TIFF");
        }
    }

    private boolean hasOneChunkOfUnknownLength() {
        return tags.count(offsets) == 1 && tags.count(lengths) == 0;
    }

    /** The number of strips or tiles of all planes. */
    long chunks() {
        return (long) chunksAcross() * chunksDown() * (planar ? samples : 1);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Bits of each sample: 1, 2, 4, 8 or 16. */
    int bits() {
        return bits;
    }

    int samples() {
        return samples;
    }

    int sampleFormat() {
        return sampleFormat;
    }

    int compression() {
        return compression;
    }

    boolean isJpeg() {
        return compression == JPEG;
    }

    /** Whether chunks have one of the three fax compressions. */
    boolean isFax() {
        return compression >= FaxDecoder.MODIFIED_HUFFMAN && compression <= FaxDecoder.GROUP_4;
    }

    boolean planar() {
        return planar;
    }

    boolean tiled() {
        return tiled;
    }

    int chunkWidth() {
        return chunkWidth;
    }

    int chunkHeight() {
        return chunkHeight;
    }

    int chunksAcross() {
        return (width - 1) / chunkWidth + 1;
    }

    int chunksDown() {
        return (height - 1) / chunkHeight + 1;
    }

    int offset(int chunk) {
        return tags.value(offsets, chunk);
    }

    /** Bytes of that part of a chunk which is there. */
    int length(int chunk) {
        int left = Math.max(0, tags.data().length - offset(chunk));
        return hasOneChunkOfUnknownLength() ? left : Math.min(left, tags.value(lengths, chunk));
    }

    /** Samples of one pixel that are together in a chunk. */
    int chunkSamples() {
        return planar ? 1 : samples;
    }

    /** Bytes of one row of a chunk. */
    int chunkRowBytes() {
        return Math.toIntExact(((long) chunkWidth * chunkSamples() * bits + 7) / 8);
    }

    /** Bytes of one row of the picture, pixel-interleaved. */
    int rowBytes() {
        return Math.toIntExact(((long) width * samples * bits + 7) / 8);
    }
}
