package dev.embedonce.image.pixel;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Says when the pictures that a thread decodes are no longer wanted. Decoders ask about every millisecond and then end
 * with a {@link java.util.concurrent.CancellationException}. The signal belongs to the thread, so that it reaches a
 * decoder through whatever is in between. Thread-safe.
 */
public final class Cancellation {
    private static final ThreadLocal<BooleanSupplier> CURRENT = ThreadLocal.withInitial(() -> Cancellation::never);

    private Cancellation() {}

    /**
     * Runs {@code work}; decoding on this thread ends when {@code cancelled} returns true, or when the signal of an
     * enclosing call does.
     *
     * @param cancelled is asked often and on this thread: it must be quick
     * @throws java.util.concurrent.CancellationException if decoding was cancelled
     */
    public static <T> T during(BooleanSupplier cancelled, Supplier<T> work) {
        BooleanSupplier outer = CURRENT.get();
        CURRENT.set(() -> cancelled.getAsBoolean() || outer.getAsBoolean());
        try {
            return work.get();
        } finally {
            CURRENT.set(outer);
        }
    }

    private static boolean never() {
        return false;
    }

    /** The signal of this thread. */
    public static BooleanSupplier current() {
        return CURRENT.get();
    }
}
