package dev.embedonce.store.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.StoredInfo;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PagedScanTest {
    private final OpenGuard guard = new OpenGuard("test:");

    private static final class TestPages implements PagedScan.Pages {
        private final Deque<List<StoredInfo>> left;
        private int closed;

        TestPages(List<List<StoredInfo>> pages) {
            left = new ArrayDeque<>(pages);
        }

        @Override
        public @Nullable Collection<StoredInfo> next() {
            return left.poll();
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private static StoredInfo info(int digit) {
        ContentHash hash = new ContentHash(String.valueOf(digit).repeat(64));
        return new StoredInfo(new CacheKey("m", "p", hash), digit, Instant.EPOCH);
    }

    @Test
    void next_givesAllOfAllPages_alsoBehindEmptyOnes_andReleasesThemAtTheEnd() {
        TestPages pages =
                new TestPages(List.of(List.of(), List.of(info(1), info(2)), List.of(), List.of(info(3)), List.of()));
        PagedScan scan = new PagedScan(guard, pages);
        List<StoredInfo> seen = new ArrayList<>();
        scan.forEachRemaining(seen::add);
        assertThat(seen).containsExactly(info(1), info(2), info(3));
        assertThat(pages.closed).isPositive();
        assertThatThrownBy(scan::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void close_endsTheListing() {
        TestPages pages = new TestPages(List.of(List.of(info(1), info(2)), List.of(info(3))));
        PagedScan scan = new PagedScan(guard, pages);
        scan.next();
        scan.close();
        assertThat(scan.hasNext()).isFalse();
        assertThat(pages.closed).isPositive();
    }

    @Test
    void next_ofAClosedStore_isRefused() {
        TestPages pages = new TestPages(List.of(List.of(info(1), info(2)), List.of(info(3))));
        PagedScan scan = new PagedScan(guard, pages);
        scan.next();
        List<String> released = new ArrayList<>();
        guard.close(() -> released.add("once"));
        guard.close(() -> released.add("twice"));
        assertThat(released).containsExactly("once");
        assertThatThrownBy(scan::hasNext)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test:");
    }
}
