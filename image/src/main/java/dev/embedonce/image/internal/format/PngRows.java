package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates the image data of a PNG row by row and undoes the row filters. */
// Source: PNG specification, third edition, section 9
final class PngRows implements AutoCloseable {
    /** The most input that is inflated at once. */
    private static final int PIECE = 1 << 16;
    /** What inflating and filtering costs: for each row, for each of its bytes, for each byte of input. */
    private static final int ROW_WORK = 100;

    private static final int BYTE_WORK = 5;
    private static final int INPUT_WORK = 8;

    private final byte[] data;
    private final WorkBudget budget;
    private final Inflater inflater = new Inflater();
    private int chunk;
    private int inputAt;
    private int inputEnd;
    private byte[] row = new byte[0];
    private byte[] previous = new byte[0];
    private int pixelBytes;
    private int rowBytes;

    /** The rows whose data begin in the IDAT chunk at {@code firstChunk}. */
    PngRows(byte[] data, int firstChunk, WorkBudget budget) {
        this.data = data;
        this.chunk = firstChunk;
        this.budget = budget;
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
        budget.spend(ROW_WORK + (long) BYTE_WORK * rowBytes);
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
        if (inflater.finished() || inflater.needsDictionary()) {
            throw Bytes.truncated("PNG");
        }
        if (!inflater.needsInput()) {
            return;
        }
        if (inputAt == inputEnd) {
            chunk = PngChunks.find(data, chunk, PngChunks.IDAT);
            if (chunk < 0) {
                throw Bytes.truncated("PNG");
            }
            inputAt = PngChunks.body(chunk);
            inputEnd = inputAt + PngChunks.availableLength(data, chunk);
            chunk = PngChunks.after(data, chunk);
        }
        int piece = Math.min(PIECE, inputEnd - inputAt);
        budget.spend(ROW_WORK + (long) INPUT_WORK * piece);
        inflater.setInput(data, inputAt, piece);
        inputAt += piece;
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
