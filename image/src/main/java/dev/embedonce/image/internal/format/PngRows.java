package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.ImageException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates the image data of a PNG row by row and undoes the row filters. */
// Source: PNG specification, third edition, section 9
final class PngRows implements AutoCloseable {
    /** What inflating and filtering cost for each row, for each of its bytes and for each byte of input. */
    private static final int ROW_WORK = 100;

    private static final int INFLATE_WORK = 2;
    private static final int FILTER_WORK = 3;
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
        budget.release(row.length + previous.length);
        row = budget.bytes(bytesPerRow + 1L);
        previous = budget.bytes(bytesPerRow + 1L);
    }

    /** The next row; its samples start at index 1, the array is reused two rows later. */
    byte[] next() {
        byte[] current = previous;
        previous = row;
        row = current;
        budget.spend(ROW_WORK);
        fill(current);
        for (int from = 1; from <= rowBytes; from += Checkpoint.PIECE) {
            int to = Math.min(rowBytes, from + Checkpoint.PIECE - 1);
            budget.spend((long) FILTER_WORK * (to - from + 1));
            unfilter(current[0], from, to);
        }
        return current;
    }

    private void fill(byte[] target) {
        int filled = 0;
        try {
            while (filled < rowBytes + 1) {
                int n = inflater.inflate(target, filled, Math.min(Checkpoint.PIECE, rowBytes + 1 - filled));
                filled += n;
                budget.spend((long) INFLATE_WORK * n);
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
        int piece = Math.min(Checkpoint.PIECE, inputEnd - inputAt);
        budget.spend(ROW_WORK + (long) INPUT_WORK * piece);
        inflater.setInput(data, inputAt, piece);
        inputAt += piece;
    }

    /** Undoes the filter for the bytes {@code from} to {@code to} of the row, inclusive; those before are done. */
    private void unfilter(int filter, int from, int to) {
        switch (filter) {
            case 0 -> {}
            case 1 -> sub(from, to);
            case 2 -> up(from, to);
            case 3 -> average(from, to);
            case 4 -> paeth(from, to);
            default -> throw new ImageException("corrupt PNG: unknown row filter " + (filter & 0xFF));
        }
    }

    private void sub(int from, int to) {
        for (int i = Math.max(from, 1 + pixelBytes); i <= to; i++) {
            row[i] += row[i - pixelBytes];
        }
    }

    private void up(int from, int to) {
        for (int i = from; i <= to; i++) {
            row[i] += previous[i];
        }
    }

    private void average(int from, int to) {
        for (int i = from; i <= Math.min(pixelBytes, to); i++) {
            row[i] += (byte) ((previous[i] & 0xFF) >> 1);
        }
        for (int i = Math.max(from, 1 + pixelBytes); i <= to; i++) {
            row[i] += (byte) (((row[i - pixelBytes] & 0xFF) + (previous[i] & 0xFF)) >> 1);
        }
    }

    private void paeth(int from, int to) {
        for (int i = from; i <= Math.min(pixelBytes, to); i++) {
            row[i] += previous[i];
        }
        for (int i = Math.max(from, 1 + pixelBytes); i <= to; i++) {
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
