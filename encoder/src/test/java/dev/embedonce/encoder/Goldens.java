package dev.embedonce.encoder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Expected vectors and the pictures they belong to, written by {@code scripts/default-encoder/golden.py}. */
final class Goldens {
    private Goldens() {}

    static byte[] picture(String name) {
        return read(name + ".png");
    }

    /** The vector in a one-dimensional float32 {@code .npy} file of format 1.0. */
    static float[] vector(String name) {
        ByteBuffer npy = ByteBuffer.wrap(read(name + ".npy")).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = npy.getShort(8);
        String header = new String(npy.array(), 10, headerLength, StandardCharsets.US_ASCII);
        if (!header.contains("'<f4'") || !header.contains(",)")) {
            throw new IllegalStateException(name + ": " + header);
        }
        npy.position(10 + headerLength);
        float[] vector = new float[npy.remaining() / Float.BYTES];
        npy.asFloatBuffer().get(vector);
        return vector;
    }

    static byte[] read(String name) {
        try (InputStream in = Goldens.class.getResourceAsStream("golden/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no golden file " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
