package dev.embedonce.spark.testing;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.hash.ContentHasher;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.spark.sql.Row;

/** The bundled encoder, asked directly: what every vector is compared with, bit for bit. */
public final class Reference {
    private static final ImageEncoder ENCODER = ImageEncoders.open("default", EncoderOptions.defaults());

    private Reference() {}

    /** The SHA-256 of the bytes of the vector of a picture, little-endian. */
    public static String sha256(byte[] content) {
        float[] vector = ENCODER.embed(content).toArray();
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return ContentHasher.sha256().hash(bytes.array()).hex();
    }

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
