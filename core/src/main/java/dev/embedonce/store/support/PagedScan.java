package dev.embedonce.store.support;

import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoredInfo;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A listing that is read a page at a time, each when the one before has been handed out. Of a closed store it gives
 * nothing more: it throws {@link IllegalStateException}. Not thread-safe.
 */
public final class PagedScan implements StoreScan {
    /** Where the pages come from. Not thread-safe. */
    public interface Pages extends AutoCloseable {
        /** The next page, perhaps empty; null after the last. */
        @Nullable
        Collection<StoredInfo> next();

        /** Releases what is held between pages. Idempotent. */
        @Override
        default void close() {}
    }

    private final OpenGuard guard;
    private final Pages pages;
    private Iterator<StoredInfo> page = Collections.emptyIterator();
    private boolean ended;

    /** A listing of these pages, which it closes. */
    public PagedScan(OpenGuard guard, Pages pages) {
        this.guard = guard;
        this.pages = pages;
    }

    @Override
    public boolean hasNext() {
        if (!ended) {
            guard.requireOpen();
        }
        while (!page.hasNext() && !ended) {
            Collection<StoredInfo> next = pages.next();
            if (next == null) {
                close();
            } else {
                page = next.iterator();
            }
        }
        return page.hasNext();
    }

    @Override
    public StoredInfo next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the listing has ended");
        }
        return page.next();
    }

    @Override
    public void close() {
        ended = true;
        page = Collections.emptyIterator();
        pages.close();
    }
}
