package dev.embedonce.image.internal;

import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.ImageException;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * What decoding one picture may cost, over all of its parts together: decoders declare their work before each row,
 * strip, chunk, scan or table, and are stopped when it exceeds what any honest picture of this size needs, or when
 * nobody waits for the picture any more. A unit of work is about a nanosecond of an ordinary core; it is counted, not
 * timed, so the same bytes are always accepted or always refused. Not thread-safe.
 */
public final class WorkBudget {
    // an honest picture needs at most about a third of this; see docs/adr/006-own-decoders.md
    private static final long BASE = 16_000_000;
    private static final long PER_BYTE = 60;
    private static final long PER_PIXEL = 80;

    private static final long MEMORY_BASE = 24_000_000;
    private static final long MEMORY_PER_PIXEL = 8;

    private final Checkpoint checkpoint;
    private final long memoryLimit;
    private long limit;
    private long spent;
    private long held;

    /**
     * The budget for the header of a picture.
     *
     * @param bytes of the encoded picture
     * @param maxPixels the most pixels that a picture may have: memory is bounded by them
     * @param cancelled whether to stop; asked often, so it must be quick
     */
    public WorkBudget(int bytes, long maxPixels, BooleanSupplier cancelled) {
        this.checkpoint = new Checkpoint(cancelled);
        this.memoryLimit = MEMORY_BASE + MEMORY_PER_PIXEL * Math.min(maxPixels, Long.MAX_VALUE / 16);
        this.limit = BASE + PER_BYTE * bytes;
        check();
    }

    /** Adds what the pixels may cost, once the header has been read. */
    public void allowPixels(long pixels) {
        limit += PER_PIXEL * pixels;
    }

    /**
     * Spends units on work that is about to be done.
     *
     * @throws ImageException if it is more than the picture may cost
     * @throws CancellationException if decoding was cancelled
     */
    public void spend(long units) {
        reserve(units);
        checkpoint.advance(units);
    }

    /**
     * Reserves units for work that is done later, in steps; whoever does it reports to the {@link #checkpoint()}.
     *
     * @throws ImageException if it is more than the picture may cost
     */
    public void reserve(long units) {
        spent += units;
        if (spent > limit) {
            throw new ImageException("image takes more work to decode than an honest one of its size");
        }
    }

    /** The checkpoint that asks whether decoding was cancelled, for work that has been reserved or is free. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Throws if decoding was cancelled. */
    public void check() {
        checkpoint.ask();
    }

    /** Allocates an array that counts as held; throws as {@link #hold} does. */
    public byte[] bytes(long length) {
        hold(length);
        return checkpoint.bytes(length);
    }

    /** As {@link #bytes}, for 16-bit numbers. */
    public short[] shorts(long length) {
        hold(2 * length);
        return checkpoint.shorts(length);
    }

    /** As {@link #bytes}, for 32-bit numbers. */
    public int[] ints(long length) {
        hold(4 * length);
        return checkpoint.ints(length);
    }

    /**
     * Charges memory that is about to be allocated.
     *
     * @throws ImageException if it is, with the memory held so far, more than a picture may take
     */
    public void hold(long bytes) {
        held += bytes;
        if (held > memoryLimit) {
            throw new ImageException(
                    "image takes more memory to decode than the limit of " + memoryLimit / 1_000_000 + " MB");
        }
    }

    /** Returns memory that is no longer used. */
    public void release(long bytes) {
        held -= bytes;
    }

    /** The work done so far, in units. */
    public long spent() {
        return spent;
    }

    /** The most work that may be done, in units. */
    public long limit() {
        return limit;
    }

    /** Memory held, in bytes. */
    public long held() {
        return held;
    }
}
