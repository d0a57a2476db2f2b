package dev.embedonce.spark.internal.step;

import dev.embedonce.cache.UncachedFeatures;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.source.Pictures;
import dev.embedonce.spark.internal.source.Reasons;
import dev.embedonce.spark.internal.table.SparkTable;
import dev.embedonce.table.TableRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes misses: reads each picture, checks that it still is what was hashed, and makes a row of a part of the answer.
 * What fails is a row too, with a reason. A content that is there several times is encoded once.
 */
final class EncodeRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(EncodeRows.class);

    /** Whether a row is a failure, of which its hash and its reason count. */
    static final String FAILED = "failed";

    static final String REASON = "reason";

    /** Of a miss, if equal pixels are looked for: the digest of the encoder's input. */
    static final String INPUT = "input";

    static final StructType SCHEMA =
            SparkTable.ROW.add(REASON, DataTypes.StringType, true).add(FAILED, DataTypes.BooleanType, false);

    private final RunEncoder encoder;
    private final Pictures.Finder finder;
    private final long maxImageBytes;
    private final LongAccumulator progress;

    /** @param progress counts pictures for people to watch; those of tasks that are tried again count twice */
    EncodeRows(RunEncoder encoder, Pictures.Finder finder, long maxImageBytes, LongAccumulator progress) {
        this.encoder = encoder;
        this.finder = finder;
        this.maxImageBytes = maxImageBytes;
        this.progress = progress;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> misses) {
        Task task = new Task(encoder.open());
        return new Batches(misses, encoder.spec().batch(), task::encode);
    }

    /** A picture that is read when its turn comes. */
    private record Miss(ContentHash contentHash, ImageItem item, long maxBytes) implements HashedImage {
        @Override
        public byte[] bytes() throws IOException {
            return item.read(maxBytes);
        }
    }

    /** One partition. */
    private final class Task {
        private final ImageEncoder open;
        private final UncachedFeatures features = new UncachedFeatures();
        private final EntryCodec codec = new EntryCodec(null);
        private final Set<ContentHash> seen = new HashSet<>();

        Task(ImageEncoder open) {
            this.open = open;
        }

        List<Row> encode(List<Row> batch) {
            List<Miss> misses = new ArrayList<>();
            List<Row> sources = new ArrayList<>();
            for (Row row : batch) {
                ContentHash hash = ContentHash.ofBytes(row.getAs(TableRow.HASH));
                if (seen.add(hash)) {
                    misses.add(new Miss(hash, finder.item(row), maxImageBytes));
                    sources.add(row);
                }
            }
            List<Row> rows = new ArrayList<>();
            List<Outcome> outcomes = features.getOrComputeHashed(misses, open);
            for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i) instanceof Outcome.Served served) {
                    LOG.debug("encoded {}", served.contentHash());
                    rows.add(answer(served));
                    byte[] input = input(sources.get(i));
                    if (input != null) {
                        rows.add(inputLink(ContentHash.ofBytes(input), served));
                    }
                } else {
                    rows.add(failure((Outcome.Failed) outcomes.get(i)));
                }
            }
            progress.add(misses.size());
            return rows;
        }

        private Row answer(Outcome.Served served) {
            return row(TableRow.of(served.contentHash(), codec.encode(served.key(), served.entry())));
        }

        /** What lets other bytes with the same pixels find this answer. */
        private Row inputLink(ContentHash input, Outcome.Served served) {
            CacheKey key = encoder.key(input);
            return row(TableRow.of(
                    input,
                    codec.encodeLink(key, served.contentHash(), served.entry().provenance())));
        }
    }

    private static byte @Nullable [] input(Row miss) {
        return miss.schema().getFieldIndex(INPUT).isDefined() ? miss.getAs(INPUT) : null;
    }

    static Row row(TableRow row) {
        return RowFactory.create(row.hash(), row.link(), row.vector(), row.bundle(), row.header(), null, false);
    }

    private static Row failure(Outcome.Failed failed) {
        return failure(failed.contentHash(), Reasons.of(failed.error()));
    }

    static Row failure(ContentHash content, String reason) {
        return RowFactory.create(content.toBytes(), null, null, null, new byte[0], reason, true);
    }
}
