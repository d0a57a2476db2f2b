package dev.embedonce.encoder;

import dev.embedonce.codec.NpyHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Expected vectors and the pictures they belong to, written by {@code scripts/default-encoder/golden.py}. */
final class Goldens {
    private Goldens() {}

    static byte[] picture(String name) {
        return read(name + ".png");
    }

    /** The vector in a one-dimensional float32 {@code .npy} file of format 1.0. */
    static float[] vector(String name) {
        byte[] npy = read(name + ".npy");
        try {
            NpyHeader header = NpyHeader.read(new ByteArrayInputStream(npy));
            if (!header.isFloat32() || header.shape().length != 1) {
                throw new IllegalStateException(name + ": " + header);
            }
            float[] vector = new float[(int) header.shape()[0]];
            ByteBuffer elements = ByteBuffer.wrap(npy, header.sizeBytes(), npy.length - header.sizeBytes());
            elements.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
            return vector;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
