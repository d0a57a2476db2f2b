package dev.embedonce.table;

import dev.embedonce.hash.ContentHash;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Leaves rows out of parts that are not published yet: work for whoever can read and write Parquet. */
@FunctionalInterface
public interface Rebase {
    /**
     * Leaves rows out.
     *
     * @param own the parts to be published
     * @param published parts that have come since, of others: their contents are to be left out
     * @param forgotten contents that have been forgotten since: they are to be left out, and links to them
     * @return {@code own}, with new parts in the place of those that lost rows, and without those that lost all
     */
    List<Part> apply(List<Part> own, List<Part> published, Set<ContentHash> forgotten) throws IOException;
}
