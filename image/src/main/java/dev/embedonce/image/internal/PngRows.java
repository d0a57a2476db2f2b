package dev.embedonce.image.internal;

import dev.embedonce.image.ImageException;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates the image data of a PNG row by row and undoes the row filters. */
// Source: PNG specification, third edition, section 9
final class PngRows implements AutoCloseable {
    private final byte[] data;
    private final List<int[]> chunks;
    private final Inflater inflater = new Inflater();
    private int nextChunk;
    private byte[] row = new byte[0];
    private byte[] previous = new byte[0];
    private int pixelBytes;
    private int rowBytes;

    PngRows(byte[] data, List<int[]> chunks) {
        this.data = data;
        this.chunks = chunks;
    }

    void startPass(int bytesPerRow, int bytesPerPixel) {
        rowBytes = bytesPerRow;
        pixelBytes = bytesPerPixel;
        row = new byte[bytesPerRow + 1];
        previous = new byte[bytesPerRow + 1];
    }

    /** The next row; its samples start at index 1, the array is reused two rows later. */
    byte[] next() {
        byte[] current = previous;
        previous = row;
        row = current;
        fill(current);
        unfilter(current[0]);
        return current;
    }

    private void fill(byte[] target) {
        int filled = 0;
        try {
            while (filled < rowBytes + 1) {
                int n = inflater.inflate(target, filled, rowBytes + 1 - filled);
                filled += n;
                if (n == 0) {
                    feed();
                }
            }
        } catch (DataFormatException e) {
            throw new ImageException("corrupt PNG: " + e.getMessage(), e);
        }
    }

    private void feed() {
        if (inflater.finished() || inflater.needsDictionary() || nextChunk == chunks.size()) {
            throw Bytes.truncated("PNG");
        }
        if (inflater.needsInput()) {
            int[] chunk = chunks.get(nextChunk++);
            inflater.setInput(data, chunk[0], chunk[1]);
        }
    }

    private void unfilter(int filter) {
        switch (filter) {
            case 0 -> {}
            case 1 -> sub();
            case 2 -> up();
            case 3 -> average();
            case 4 -> paeth();
            default -> throw new ImageException("corrupt PNG: unknown row filter " + (filter & 0xFF));
        }
    }

    private void sub() {
        for (int i = 1 + pixelBytes; i <= rowBytes; i++) {
            row[i] += row[i - pixelBytes];
        }
    }

    private void up() {
        for (int i = 1; i <= rowBytes; i++) {
            row[i] += previous[i];
        }
    }

    private void average() {
        for (int i = 1; i <= Math.min(pixelBytes, rowBytes); i++) {
            row[i] += (byte) ((previous[i] & 0xFF) >> 1);
        }
        for (int i = 1 + pixelBytes; i <= rowBytes; i++) {
            row[i] += (byte) (((row[i - pixelBytes] & 0xFF) + (previous[i] & 0xFF)) >> 1);
        }
    }

    private void paeth() {
        for (int i = 1; i <= Math.min(pixelBytes, rowBytes); i++) {
            row[i] += previous[i];
        }
        for (int i = 1 + pixelBytes; i <= rowBytes; i++) {
            int left = row[i - pixelBytes] & 0xFF;
            int above = previous[i] & 0xFF;
            int corner = previous[i - pixelBytes] & 0xFF;
            int toLeft = Math.abs(above - corner);
            int toAbove = Math.abs(left - corner);
            int toCorner = Math.abs(left + above - 2 * corner);
            int best = toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
            row[i] += (byte) best;
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
