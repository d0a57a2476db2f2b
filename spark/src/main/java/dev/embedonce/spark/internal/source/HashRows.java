package dev.embedonce.spark.internal.source;

import dev.embedonce.embed.ImageItem;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import java.io.IOException;
import java.util.Iterator;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/** Reads pictures, one after the other, and makes rows of a manifest of them. Holds none of them whole. */
final class HashRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1;
    private static final ContentHasher HASHER = ContentHasher.sha256();

    private final Pictures.Finder finder;
    private final long maxImageBytes;

    HashRows(Pictures.Finder finder, long maxImageBytes) {
        this.finder = finder;
        this.maxImageBytes = maxImageBytes;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                return hash(finder.item(rows.next()));
            }
        };
    }

    private Row hash(ImageItem item) {
        long[] length = new long[1];
        try {
            ContentHash hash = item.hash(
                            in -> {
                                CountedStream counted = new CountedStream(in, maxImageBytes);
                                ContentHash all = HASHER.hash(counted);
                                length[0] = counted.count();
                                return all;
                            },
                            maxImageBytes)
                    .contentHash();
            return Manifest.row(item.path(), hash.toBytes(), length[0], 0);
        } catch (IOException e) {
            return Manifest.unreadable(item.path(), e);
        }
    }
}
