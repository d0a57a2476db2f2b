package dev.embedonce.spark.internal.step;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.feature.InputDigest;
import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.source.Pictures;
import dev.embedonce.table.TableRow;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Digests what an encoder would be given for each miss. A picture that cannot be read or decoded has no digest; why,
 * the step that encodes it says.
 */
final class DigestRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1;

    static final StructType SCHEMA = new StructType()
            .add(TableRow.HASH, DataTypes.BinaryType, false)
            .add(EncodeRows.INPUT, DataTypes.BinaryType, true);

    private final RunEncoder encoder;
    private final Pictures.Finder finder;
    private final long maxImageBytes;

    DigestRows(RunEncoder encoder, Pictures.Finder finder, long maxImageBytes) {
        this.encoder = encoder;
        this.finder = finder;
        this.maxImageBytes = maxImageBytes;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> misses) {
        ImageEncoder open = encoder.open();
        return new Batches(misses, 1, one -> List.of(digest(one.get(0), open)));
    }

    private Row digest(Row miss, ImageEncoder open) {
        byte[] input = null;
        try {
            InputDigest digest =
                    open.prepare(finder.item(miss).read(maxImageBytes)).inputDigest();
            input = digest.hash().toBytes();
        } catch (IOException | RuntimeException e) {
            // goes on to the encoder, and fails there
        }
        return RowFactory.create(miss.getAs(TableRow.HASH), input);
    }
}
