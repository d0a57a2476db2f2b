package dev.embedonce.server.security;

import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.ErrorKind;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds the memory that request bodies take together. Thread-safe. */
public final class BodyBudget {
    private final AtomicLong free;

    public BodyBudget(long bytes) {
        this.free = new AtomicLong(bytes);
    }

    /** Some bytes, until closed. */
    public interface Share extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Takes some bytes.
     *
     * @throws ApiException if there are not so many now
     */
    public Share take(long bytes) {
        if (free.addAndGet(-bytes) < 0) {
            free.addAndGet(bytes);
            throw new ApiException(
                    ErrorKind.BUSY,
                    "too many large requests at once; try again in 1 s",
                    null,
                    null,
                    Map.of("Retry-After", "1"));
        }
        return () -> free.addAndGet(bytes);
    }
}
