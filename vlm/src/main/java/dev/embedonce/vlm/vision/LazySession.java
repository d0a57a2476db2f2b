package dev.embedonce.vlm.vision;

import dev.embedonce.graph.runtime.OnnxSession;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session that is opened when it is first needed: a server whose pictures are all known never loads its tower.
 * Thread-safe. An opener that throws is asked again the next time.
 */
final class LazySession implements AutoCloseable {
    private final Supplier<OnnxSession> opener;
    private @Nullable OnnxSession session;
    private boolean closed;

    LazySession(Supplier<OnnxSession> opener) {
        this.opener = opener;
    }

    synchronized OnnxSession get() {
        if (closed) {
            throw new IllegalStateException("the vision tower is closed");
        }
        OnnxSession opened = session == null ? opener.get() : session;
        session = opened;
        return opened;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (session != null) {
            session.close();
        }
    }
}
