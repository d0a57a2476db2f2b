package dev.embedonce.graph.safetensors;

import dev.embedonce.codec.SafetensorsHeader;
import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Reads the header of one safetensors file of a checkpoint. */
final class FileHeader {
    /** The bound that the format's reference implementation sets. */
    static final int MAX_BYTES = 100_000_000;

    private FileHeader() {}

    /**
     * The tensors of the file, in the order of their bytes.
     *
     * @throws ModelLoadException if the file cannot be read or is not a whole safetensors file
     */
    static List<TensorInfo> read(Path path) {
        try {
            Path file = path.toRealPath();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long size = channel.size();
                ByteBuffer start = bytes(channel, 0, (int) Math.min(size, SafetensorsHeader.LENGTH_BYTES));
                int jsonBytes = SafetensorsHeader.jsonBytes(start, size, MAX_BYTES);
                byte[] json = bytes(channel, SafetensorsHeader.LENGTH_BYTES, jsonBytes)
                        .array();
                long dataStart = SafetensorsHeader.LENGTH_BYTES + (long) jsonBytes;
                SafetensorsHeader header = SafetensorsHeader.parse(json, size - dataStart, FileHeader::elementBytes);
                return header.tensors().stream()
                        .map(tensor -> info(file, dataStart, tensor))
                        .toList();
            }
        } catch (CorruptEntryException e) {
            throw new ModelLoadException(path + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(path + ": cannot be read: " + e, e);
        }
    }

    private static int elementBytes(String dtype) {
        return TensorType.ofSafetensorsName(dtype).map(TensorType::sizeBytes).orElse(0);
    }

    private static TensorInfo info(Path file, long dataStart, SafetensorsHeader.TensorRange tensor) {
        TensorType type = TensorType.ofSafetensorsName(tensor.dtype()).orElseThrow();
        long length = tensor.end() - tensor.begin();
        return new TensorInfo(tensor.name(), type, Shape.of(tensor.shape()), file, dataStart + tensor.begin(), length);
    }

    private static ByteBuffer bytes(FileChannel channel, long position, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {
            // read on: one read may return less than was asked for
        }
        if (buffer.hasRemaining()) {
            throw new IOException("the file became shorter while it was read");
        }
        return buffer.flip();
    }
}
