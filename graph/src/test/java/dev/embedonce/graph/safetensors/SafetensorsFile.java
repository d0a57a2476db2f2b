package dev.embedonce.graph.safetensors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes safetensors files for tests, sound ones and damaged ones. */
public final class SafetensorsFile {
    private final List<String> header = new ArrayList<>();
    private final List<byte[]> data = new ArrayList<>();
    private int end;

    public SafetensorsFile floats(String name, String shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return tensor(name, "F32", shape, bytes.array());
    }

    public SafetensorsFile halves(String name, String dtype, String shape, int... bits) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int b : bits) {
            bytes.putShort((short) b);
        }
        return tensor(name, dtype, shape, bytes.array());
    }

    public SafetensorsFile tensor(String name, String dtype, String shape, byte[] bytes) {
        header.add(String.format(
                "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
                name, dtype, shape, end, end + bytes.length));
        data.add(bytes);
        end += bytes.length;
        return this;
    }

    public Path write(Path file) {
        ByteBuffer all = ByteBuffer.allocate(end);
        data.forEach(all::put);
        return write(file, "{" + String.join(",", header) + "}", all.array());
    }

    /** A file of this header, whatever it says, and this data. */
    public static Path write(Path file, String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return write(file, json.length, json, data);
    }

    static Path write(Path file, long headerLength, byte[] json, byte[] data) {
        ByteBuffer all = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(headerLength).put(json).put(data);
        try {
            return Files.write(file, all.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
