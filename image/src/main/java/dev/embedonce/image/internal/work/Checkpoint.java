package dev.embedonce.image.internal.work;

import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Asks regularly, while work on a picture goes on, whether it is still wanted: once in {@link #STEP} units of work. A
 * unit is about a nanosecond of an ordinary core; work is counted, not timed. Not thread-safe.
 */
public final class Checkpoint {
    /** The most work between two questions; what takes longer is done in steps. */
    public static final int STEP = 1 << 20;

    /** Pixels or bytes of a long row that are worked on between two calls of {@link #advance}; a multiple of 8. */
    public static final int PIECE = 1 << 16;

    private final BooleanSupplier cancelled;
    private long sinceQuestion;
    private long total;

    /**
     * A checkpoint that asks {@code cancelled}, which it has not done yet.
     *
     * @param cancelled is asked often, so it must be quick
     */
    public Checkpoint(BooleanSupplier cancelled) {
        this.cancelled = cancelled;
    }

    /**
     * Announces {@code units} of work.
     *
     * @throws CancellationException if it is time to ask and the work is no longer wanted
     */
    public void advance(long units) {
        total += units;
        sinceQuestion += units;
        if (sinceQuestion >= STEP) {
            ask();
        }
    }

    /**
     * Asks at once.
     *
     * @throws CancellationException if the work is no longer wanted
     */
    public void ask() {
        sinceQuestion = 0;
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("the decoding of an image was cancelled");
        }
    }

    /** Allocates an array, and asks before and after, since a large one may take long. */
    public byte[] bytes(long length) {
        askIfLong(length);
        byte[] array = new byte[Math.toIntExact(length)];
        askIfLong(length);
        return array;
    }

    /** As {@link #bytes}, for 16-bit numbers. */
    public short[] shorts(long length) {
        askIfLong(2 * length);
        short[] array = new short[Math.toIntExact(length)];
        askIfLong(2 * length);
        return array;
    }

    /** As {@link #bytes}, for 32-bit numbers. */
    public int[] ints(long length) {
        askIfLong(4 * length);
        int[] array = new int[Math.toIntExact(length)];
        askIfLong(4 * length);
        return array;
    }

    /** {@link System#arraycopy} between different arrays, in steps. */
    public void copy(byte[] source, int from, byte[] target, int to, int length) {
        for (int done = 0; done < length; done += PIECE) {
            int n = Math.min(PIECE, length - done);
            advance(n);
            System.arraycopy(source, from + done, target, to + done, n);
        }
    }

    private void askIfLong(long sizeBytes) {
        if (sizeBytes >= STEP) {
            ask();
        }
    }

    /** The work so far, in units. */
    public long total() {
        return total;
    }
}
