package dev.embedonce.spark.testing;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import java.util.List;
import org.apache.spark.sql.Row;

/** The bundled encoder, asked directly: what every vector is compared with, bit for bit. */
public final class Reference {
    private static final ImageEncoder ENCODER = ImageEncoders.open("default", EncoderOptions.defaults());

    private Reference() {}

    /** Whether a row of answers has the vector of these bytes. */
    public static boolean isAnswer(Row row, byte[] content) {
        List<Float> vector = row.getList(row.fieldIndex("vector"));
        float[] expected = ENCODER.embed(content).toArray();
        if (vector == null || vector.size() != expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToRawIntBits(vector.get(i)) != Float.floatToRawIntBits(expected[i])) {
                return false;
            }
        }
        return true;
    }
}
