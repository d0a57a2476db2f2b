package dev.embedonce.encoder;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A plain picture, for trying out a model. */
final class BlankPicture {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private BlankPicture() {}

    /** A PNG file, 8-bit grey, all samples {@code grey}. */
    static byte[] png(int width, int height, int grey) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        byte[] grey8 = {8, 0, 0, 0, 0};
        chunk(
                "IHDR",
                ByteBuffer.allocate(13).putInt(width).putInt(height).put(grey8).array(),
                out);
        byte[] rows = new byte[(width + 1) * height];
        Arrays.fill(rows, (byte) grey);
        for (int row = 0; row < height; row++) {
            rows[row * (width + 1)] = 0; // the row's filter: none
        }
        chunk("IDAT", deflated(rows), out);
        chunk("IEND", new byte[0], out);
        return out.toByteArray();
    }

    private static byte[] deflated(byte[] data) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(data);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[1024];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static void chunk(String type, byte[] data, ByteArrayOutputStream out) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(name);
        out.writeBytes(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
