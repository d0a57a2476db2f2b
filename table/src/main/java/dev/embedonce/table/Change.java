package dev.embedonce.table;

import dev.embedonce.hash.ContentHash;
import java.util.List;
import java.util.Set;

/**
 * What the next snapshot has that the one before has not.
 *
 * @param removed parts that go
 * @param added parts that come
 * @param forgotten contents that nobody may publish any more who began before; their rows are in none of the parts that
 *     stay or come
 */
public record Change(Set<Part> removed, List<Part> added, Set<ContentHash> forgotten) {
    /** No change. */
    public static final Change NONE = new Change(Set.of(), List.of(), Set.of());

    public Change {
        removed = Set.copyOf(removed);
        added = List.copyOf(added);
        forgotten = Set.copyOf(forgotten);
    }

    boolean isNone() {
        return removed.isEmpty() && added.isEmpty() && forgotten.isEmpty();
    }
}
