package dev.embedonce.cli.pictures;

import dev.embedonce.codec.NpyHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes one array as {@code .npy}, format 1.0, {@code <f4}, C order. */
final class Npy {
    private static final int BUFFER_BYTES = 1 << 16;

    private Npy() {}

    /** Writes all values of the buffer. */
    static void write(Path file, FloatBuffer values, long... shape) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(NpyHeader.ofFloats(NpyHeader.USUAL_BYTES, shape));
        FloatBuffer rest = values.duplicate();
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (rest.hasRemaining()) {
                if (buffer.remaining() < Float.BYTES) {
                    drain(buffer, out);
                }
                buffer.putFloat(rest.get());
            }
            drain(buffer, out);
        }
    }

    private static void drain(ByteBuffer buffer, FileChannel out) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }
}
