package dev.embedonce.spark.internal.step;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.table.SparkTable;
import dev.embedonce.table.TableRow;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Makes answers of what lies in the table, each proven by its sealed header. */
final class AnswerRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1;

    private final RunEncoder encoder;
    private final String job;

    /** @param job the run's name, with which its parts begin */
    AnswerRows(RunEncoder encoder, String job) {
        this.encoder = encoder;
        this.job = job;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> found) {
        EntryCodec codec = new EntryCodec(null);
        return new Batches(found, 1, one -> List.of(answer(one.get(0), codec)));
    }

    private Row answer(Row found, EntryCodec codec) {
        String path = found.getAs(Answers.LOCATION);
        byte[] bytes = found.getAs(TableRow.HASH);
        String reason = found.getAs(Answers.REASON);
        if (bytes == null) {
            return AnswerRow.without(encoder, path, null, AnswerRow.FAILED, reason);
        }
        String hash = ContentHash.ofBytes(bytes).hex();
        if (reason != null) {
            return AnswerRow.without(encoder, path, hash, AnswerRow.FAILED, reason);
        }
        byte[] link = found.getAs(TableRow.LINK);
        byte[] header = found.getAs(TableRow.HEADER);
        if (link == null && header == null) {
            String gone = "taken out of the cache while the run went on";
            return AnswerRow.without(encoder, path, hash, AnswerRow.FAILED, gone);
        }
        if (header == null
                || (link != null
                        && !(lookup(bytes, link, null, null, found.getAs(Answers.LINK_HEADER), codec)
                                instanceof Lookup.Link))) {
            return AnswerRow.without(encoder, path, hash, AnswerRow.DAMAGED, "the link to the answer leads nowhere");
        }
        float[] vector = floats(found.getList(found.fieldIndex(TableRow.VECTOR)));
        Lookup lookup = lookup(found.getAs(Answers.TARGET), null, vector, found.getAs(TableRow.BUNDLE), header, codec);
        return lookup instanceof Lookup.Hit hit && hit.entry().isEmbedding()
                ? AnswerRow.of(encoder, path, hash, status(found, link != null), hit.entry())
                : AnswerRow.without(encoder, path, hash, AnswerRow.DAMAGED, String.valueOf(lookup));
    }

    private Lookup lookup(
            byte[] hash,
            byte @Nullable [] link,
            float @Nullable [] vector,
            byte @Nullable [] bundle,
            byte[] header,
            EntryCodec codec) {
        return new TableRow(hash, link, vector, bundle, header)
                .lookup(codec, encoder.modelVersion(), encoder.preprocVersion());
    }

    private String status(Row found, boolean linked) {
        String file = found.getAs(linked ? Answers.LINK_FILE : SparkTable.FILE);
        if (!file.contains("/" + job + "-")) {
            return AnswerRow.HIT;
        }
        return linked ? AnswerRow.PIXEL_HIT : AnswerRow.ENCODED;
    }

    private static float @Nullable [] floats(@Nullable List<Float> boxed) {
        if (boxed == null) {
            return null;
        }
        float[] floats = new float[boxed.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = boxed.get(i);
        }
        return floats;
    }
}
