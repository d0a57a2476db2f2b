package dev.embedonce.graph.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Protobuf by hand, for ONNX models as no exporter writes them. Field numbers are those of onnx.proto3. */
final class Proto {
    private Proto() {}

    /** A length-delimited field. */
    static byte[] message(int field, byte[]... parts) {
        byte[] payload = join(parts);
        return join(varint((long) field << 3 | 2), varint(payload.length), payload);
    }

    static byte[] text(int field, String value) {
        return message(field, value.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] number(int field, long value) {
        return join(varint((long) field << 3), varint(value));
    }

    static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
            out.write((int) (rest & 0x7f) | 0x80);
        }
        out.write((int) rest);
        return out.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** One key and value of a tensor's external data. */
    static byte[] externalPair(String key, String value) {
        return message(13, text(1, key), text(2, value));
    }

    /** The part of a TensorProto that says where its bytes are. */
    static byte[] external(String location, long offset, long length) {
        return join(
                externalPair("location", location),
                externalPair("offset", Long.toString(offset)),
                externalPair("length", Long.toString(length)),
                number(14, 1));
    }

    /** A whole float32 TensorProto of one dimension in a file. */
    static byte[] externalFloats(String name, int count, String location) {
        return join(number(1, count), number(2, 1), text(8, name), external(location, 0, 4L * count));
    }

    /** A whole int64 TensorProto of one dimension. */
    static byte[] longs(String name, long... values) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        for (long value : values) {
            for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
                raw.write((int) (value >>> shift));
            }
        }
        return join(number(1, values.length), number(2, 7), text(8, name), message(9, raw.toByteArray()));
    }

    /** A ValueInfoProto of a float32 tensor of one dimension. */
    static byte[] floatsInfo(String name, int count) {
        byte[] shape = message(2, message(1, number(1, count)));
        return join(text(1, name), message(2, message(1, number(1, 1), shape)));
    }

    /** A NodeProto. */
    static byte[] node(String operator, String output, String... inputs) {
        byte[] in = {};
        for (String input : inputs) {
            in = join(in, text(1, input));
        }
        return join(in, text(2, output), text(4, operator));
    }

    /** A ModelProto around the fields of a GraphProto. */
    static byte[] model(byte[]... graphFields) {
        return join(number(1, 10), message(7, join(graphFields), text(2, "g")), message(8, text(1, ""), number(2, 23)));
    }
}
