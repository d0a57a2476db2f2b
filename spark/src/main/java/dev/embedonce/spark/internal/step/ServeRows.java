package dev.embedonce.spark.internal.step;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.spark.internal.host.Caches;
import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.source.Pictures;
import dev.embedonce.spark.internal.source.Reasons;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/** Answers pictures through a cache over a store that all processes share, in rows of {@link AnswerRow}. */
final class ServeRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1;

    /** Look-ups of many at once cost less. */
    private static final int AT_ONCE = 128;

    private final RunEncoder encoder;
    private final String store;
    private final Pictures.Finder finder;
    private final long maxImageBytes;

    ServeRows(RunEncoder encoder, String store, Pictures.Finder finder, long maxImageBytes) {
        this.encoder = encoder;
        this.store = store;
        this.finder = finder;
        this.maxImageBytes = maxImageBytes;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        ImageEncoder open = encoder.open();
        FeatureCache cache = Caches.open(store);
        return new Batches(rows, AT_ONCE, batch -> serve(batch, cache, open));
    }

    private List<Row> serve(List<Row> batch, FeatureCache cache, ImageEncoder open) {
        List<Row> answers = new ArrayList<>();
        List<ImageItem> readable = new ArrayList<>();
        List<HashedImage> images = new ArrayList<>();
        for (Row row : batch) {
            ImageItem item = finder.item(row);
            try {
                images.add(item.hash(cache::hash, maxImageBytes));
                readable.add(item);
            } catch (IOException e) {
                answers.add(AnswerRow.without(encoder, item.path(), null, AnswerRow.FAILED, Reasons.of(e)));
            }
        }
        List<Outcome> outcomes = cache.getOrComputeHashed(images, open);
        for (int i = 0; i < outcomes.size(); i++) {
            answers.add(answer(readable.get(i).path(), outcomes.get(i)));
        }
        return answers;
    }

    private Row answer(String path, Outcome outcome) {
        String hash = outcome.contentHash().hex();
        if (outcome instanceof Outcome.Served served) {
            String status = switch (served.source()) {
                case ENCODED -> AnswerRow.ENCODED;
                case PIXELS -> AnswerRow.PIXEL_HIT;
                default -> AnswerRow.HIT;
            };
            return AnswerRow.of(encoder, path, hash, status, served.entry());
        }
        String reason = Reasons.of(((Outcome.Failed) outcome).error());
        return AnswerRow.without(encoder, path, hash, AnswerRow.FAILED, reason);
    }
}
