package dev.embedonce.graph.blocks;

import dev.embedonce.graph.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Writes one file of {@link PackedWeights}: a safetensors file of {@code codes} (uint8), {@code scales} (float32),
 * {@code error} (float64: relative root mean square, largest difference) and {@code crc32c} (uint32, over the three
 * before).
 */
final class PackedFile {
    /** The number of elements that are quantised at once. */
    private static final int STRIP = 1 << 20;

    private static final int ALIGNMENT = 64;
    private static final int ERROR_BYTES = 2 * Double.BYTES;

    private final FileChannel channel;
    private final WeightMatrix matrix;
    private final Shape codesShape;
    private final long codesLength;
    private final long scalesLength;

    private PackedFile(FileChannel channel, WeightMatrix matrix) {
        this.channel = channel;
        this.matrix = matrix;
        this.codesShape = LinearWeights.codesShape(matrix.scope().mode(), matrix.out(), matrix.in());
        this.codesLength = codesShape.elementCount();
        this.scalesLength = LinearWeights.scalesShape(matrix.out(), matrix.in()).elementCount() * Float.BYTES;
    }

    /** Quantises a matrix into a file beside, and moves it into place. A failure leaves nothing behind. */
    static void write(Path file, WeightMatrix matrix) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path beside = Files.createTempFile(folder, "making-", ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                new PackedFile(channel, matrix).write();
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private void write() throws IOException {
        byte[] header = header();
        ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(prefix.putLong(header.length).put(header).flip(), 0);
        long codesAt = prefix.limit();
        long scalesAt = codesAt + codesLength;
        BlockQuantizer quantizer = BlockQuantizer.of(matrix.scope().mode());
        int blocks = BlockQuantizer.blocks(matrix.in());
        int together = matrix.rowsTogether();
        int strip = Math.max(1, STRIP / matrix.in() / together) * together;
        CRC32C crc = new CRC32C();
        ByteBuffer codes = BlockQuantizer.direct(Math.multiplyExact(strip * blocks, quantizer.codeBytes()));
        ByteBuffer allScales = BlockQuantizer.direct(Math.toIntExact(scalesLength));
        for (int row = 0; row < matrix.out(); row += strip) {
            int rows = Math.min(strip, matrix.out() - row);
            codes.clear();
            quantizer.add(matrix.floats(row, rows), rows, matrix.in(), codes, allScales);
            crc.update(codes.flip().duplicate());
            codesAt = writeFully(codes, codesAt);
        }
        ByteBuffer error = BlockQuantizer.direct(ERROR_BYTES)
                .putDouble(quantizer.relativeRms())
                .putDouble(quantizer.maxAbsolute())
                .flip();
        crc.update(allScales.flip().duplicate());
        crc.update(error.duplicate());
        long end = writeFully(error, writeFully(allScales, scalesAt));
        writeFully(
                BlockQuantizer.direct(Integer.BYTES)
                        .putInt((int) crc.getValue())
                        .flip(),
                end);
    }

    private byte[] header() {
        long errorAt = codesLength + scalesLength;
        long checksumAt = errorAt + ERROR_BYTES;
        String json = "{" + entry("codes", "U8", codesShape, 0, codesLength) + ","
                + entry("scales", "F32", Shape.of(scalesLength / Float.BYTES), codesLength, errorAt) + ","
                + entry("error", "F64", Shape.of(2), errorAt, checksumAt) + ","
                + entry("crc32c", "U32", Shape.of(1), checksumAt, checksumAt + Integer.BYTES) + "}";
        int length = (Long.BYTES + json.length() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - Long.BYTES;
        return (json + " ".repeat(length - json.length())).getBytes(StandardCharsets.US_ASCII);
    }

    private static String entry(String name, String dtype, Shape shape, long from, long to) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + from + ","
                + to + "]}";
    }

    private long writeFully(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
        return at;
    }
}
