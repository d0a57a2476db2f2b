package dev.embedonce.server.http;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the number of request bodies that are being read, and the memory of those that are being read or answered: in
 * all, and for one tenant. Bytes are charged as they arrive, never as they are announced. Thread-safe.
 */
public final class BodyBudget {
    private final long mostBytes;
    private final long mostBytesOfTenant;
    private final int mostReading;
    private final int mostReadingOfTenant;
    private final Map<String, Use> ofTenants = new HashMap<>();
    private final Use all = new Use();

    private static final class Use {
        private long bytes;
        private int reading;
        private int shares;
    }

    /**
     * A budget of which nothing is taken yet.
     *
     * @param bytes of all bodies together
     * @param bodyBytes of one body; a tenant may always take as many
     * @param reading how many bodies may be read at the same time
     * @param tenants whether there may be several: then each may take at most three quarters
     */
    public BodyBudget(long bytes, long bodyBytes, int reading, boolean tenants) {
        this.mostBytes = bytes;
        this.mostBytesOfTenant = tenants ? Math.max(bodyBytes, bytes / 4 * 3) : bytes;
        this.mostReading = reading;
        this.mostReadingOfTenant = tenants ? Math.max(1, reading * 3 / 4) : reading;
    }

    /** What one request has taken, until it is closed. */
    public final class Share implements AutoCloseable {
        private final String tenant;
        private long bytes;
        private boolean reading = true;
        private boolean closed;

        private Share(String tenant) {
            this.tenant = tenant;
        }

        /**
         * Takes some more bytes.
         *
         * @throws ApiException if there are not so many now; nothing is taken then
         */
        public void take(long more) {
            synchronized (BodyBudget.this) {
                Use own = use();
                if (own == null || all.bytes + more > mostBytes || own.bytes + more > mostBytesOfTenant) {
                    throw busy("too many large requests at once; try again in 1 s");
                }
                bytes += more;
                all.bytes += more;
                own.bytes += more;
            }
        }

        /** Called when the body is complete, or will not be. Its bytes stay taken. */
        public void endReading() {
            synchronized (BodyBudget.this) {
                Use own = use();
                if (reading && own != null) {
                    reading = false;
                    all.reading--;
                    own.reading--;
                }
            }
        }

        private @Nullable Use use() {
            return closed ? null : ofTenants.get(tenant);
        }

        @Override
        public void close() {
            synchronized (BodyBudget.this) {
                Use own = use();
                if (own == null) {
                    return;
                }
                endReading();
                closed = true;
                all.bytes -= bytes;
                own.bytes -= bytes;
                own.shares--;
                if (own.shares == 0) {
                    ofTenants.remove(tenant);
                }
            }
        }
    }

    /**
     * Admits a body to be read.
     *
     * @throws ApiException if too many are being read now
     */
    public synchronized Share open(String tenant) {
        Use own = ofTenants.getOrDefault(tenant, new Use());
        if (all.reading >= mostReading || own.reading >= mostReadingOfTenant) {
            throw busy("too many requests are being sent at once; try again in 1 s");
        }
        ofTenants.put(tenant, own);
        all.reading++;
        own.reading++;
        own.shares++;
        return new Share(tenant);
    }

    /** Bytes that are taken. */
    public synchronized long bytes() {
        return all.bytes;
    }

    /** Bodies that are being read. */
    public synchronized int reading() {
        return all.reading;
    }

    private static ApiException busy(String message) {
        return new ApiException(ErrorKind.BUSY, message, null, null, Map.of("Retry-After", "1"));
    }
}
