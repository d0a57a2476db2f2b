package dev.embedonce.spark.internal.step;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.table.TableRow;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Links contents to the answers that their pixels already have. What says which answer that is, is itself a row of the
 * table: one that proves nothing links nothing.
 */
final class LinkRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1;

    private final RunEncoder encoder;

    LinkRows(RunEncoder encoder) {
        this.encoder = encoder;
    }

    /** Rows of {@code hash}, {@code input}, and the table's {@code link} and {@code header} under that input. */
    @Override
    public Iterator<Row> call(Iterator<Row> found) {
        EntryCodec codec = new EntryCodec(null);
        return new Batches(found, 1, one -> link(one.get(0), codec));
    }

    private List<Row> link(Row found, EntryCodec codec) {
        ContentHash content = ContentHash.ofBytes(found.getAs(TableRow.HASH));
        Lookup lookup = new TableRow(
                        found.getAs(EncodeRows.INPUT),
                        found.getAs(TableRow.LINK),
                        null,
                        null,
                        found.getAs(TableRow.HEADER))
                .lookup(codec, encoder.modelVersion(), encoder.preprocVersion());
        if (!(lookup instanceof Lookup.Link link) || link.target().equals(content)) {
            return List.of();
        }
        TableRow row = TableRow.of(content, codec.encodeLink(encoder.key(content), link.target(), link.provenance()));
        return List.of(RowFactory.create(row.hash(), row.link(), row.vector(), row.bundle(), row.header()));
    }
}
