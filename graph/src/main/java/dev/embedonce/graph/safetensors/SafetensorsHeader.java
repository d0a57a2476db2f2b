package dev.embedonce.graph.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Reads the header of one safetensors file.
 *
 * <p>The file: uint64 little-endian N; N bytes of JSON, {@code {"name": {"dtype": "F32", "shape": [..], "data_offsets":
 * [from, to]}, .., "__metadata__": {..}}}; then the data, to which the offsets refer. As the format demands, the
 * tensors must cover the data without gap or overlap; anything else means that the file is damaged, and is refused.
 */
final class SafetensorsHeader {
    /** The bound that the format's reference implementation sets. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = 8;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path file;
    private final long dataStart;
    private final long dataLength;

    private SafetensorsHeader(Path file, long dataStart, long dataLength) {
        this.file = file;
        this.dataStart = dataStart;
        this.dataLength = dataLength;
    }

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
                long headerBytes = headerLength(path, channel, size);
                JsonNode json = parse(path, bytes(channel, LENGTH_BYTES, (int) headerBytes));
                long dataStart = LENGTH_BYTES + headerBytes;
                return new SafetensorsHeader(file, dataStart, size - dataStart).tensors(path, json);
            }
        } catch (IOException e) {
            throw new ModelLoadException(path + ": cannot be read: " + e, e);
        }
    }

    private static long headerLength(Path path, FileChannel channel, long size) throws IOException {
        if (size < LENGTH_BYTES) {
            throw new ModelLoadException(
                    path + ": not a safetensors file: " + size + " bytes, less than the 8 of the " + "header length");
        }
        long length = ByteBuffer.wrap(bytes(channel, 0, LENGTH_BYTES))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (length < 2 || length > MAX_HEADER_BYTES) {
            throw new ModelLoadException(path + ": header length: expected 2 to " + MAX_HEADER_BYTES + " bytes, found "
                    + Long.toUnsignedString(length));
        }
        if (length > size - LENGTH_BYTES) {
            throw new ModelLoadException(path + ": header length: " + length + " bytes, but the file ends after "
                    + (size - LENGTH_BYTES) + "; it is truncated or not a safetensors file");
        }
        return length;
    }

    private static JsonNode parse(Path path, byte[] header) {
        try {
            JsonNode json = JSON.readTree(header);
            if (!json.isObject()) {
                throw new ModelLoadException(path + ": header: expected a JSON object, found " + json.getNodeType());
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(
                    path + ": header is not JSON (wrong header length?): " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(path + ": header is not JSON (wrong header length?): " + e.getMessage(), e);
        }
    }

    private List<TensorInfo> tensors(Path path, JsonNode json) {
        List<TensorInfo> tensors = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (!field.getKey().equals("__metadata__")) {
                tensors.add(tensor(path, field.getKey(), field.getValue()));
            }
        }
        tensors.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::length));
        requireExactCover(path, tensors);
        return tensors;
    }

    private TensorInfo tensor(Path path, String name, JsonNode json) {
        String at = path + ": tensor " + name + ": ";
        String dtype = json.path("dtype").asText();
        TensorType type = TensorType.ofSafetensorsName(dtype)
                .orElseThrow(() -> new ModelLoadException(at + "dtype: \"" + dtype + "\" is not supported"));
        Shape shape = Shape.of(naturals(at + "shape", json.path("shape")));
        long[] offsets = naturals(at + "data_offsets", json.path("data_offsets"));
        if (offsets.length != 2 || offsets[1] < offsets[0]) {
            throw new ModelLoadException(at + "data_offsets: expected [from, to], found " + json.path("data_offsets"));
        }
        if (offsets[1] > dataLength) {
            throw new ModelLoadException(at + "data_offsets end at byte " + offsets[1]
                    + " of the data, but the file has " + dataLength + "; it is truncated");
        }
        long length = offsets[1] - offsets[0];
        long expected = byteCount(at, type, shape);
        if (length != expected) {
            throw new ModelLoadException(
                    at + "expected " + expected + " bytes for " + type + " " + shape + ", found " + length);
        }
        return new TensorInfo(name, type, shape, file, dataStart + offsets[0], length);
    }

    private void requireExactCover(Path path, List<TensorInfo> tensors) {
        long end = dataStart;
        for (TensorInfo tensor : tensors) {
            if (tensor.offset() != end) {
                throw new ModelLoadException(
                        path + ": tensor " + tensor.name() + ": data_offsets: expected to start at " + (end - dataStart)
                                + ", where the tensor before ends; found " + (tensor.offset() - dataStart));
            }
            end += tensor.length();
        }
        if (end != dataStart + dataLength) {
            throw new ModelLoadException(path + ": " + (dataStart + dataLength - end)
                    + " bytes at the end belong to no tensor (wrong header length, or a damaged file)");
        }
    }

    private static long byteCount(String at, TensorType type, Shape shape) {
        try {
            return Math.multiplyExact(shape.elementCount(), type.sizeBytes());
        } catch (ArithmeticException e) {
            throw new ModelLoadException(at + "shape " + shape + " is too large", e);
        }
    }

    private static long[] naturals(String at, JsonNode json) {
        if (!json.isArray()) {
            throw new ModelLoadException(at + ": expected a list of numbers, found " + json);
        }
        long[] values = new long[json.size()];
        for (int i = 0; i < values.length; i++) {
            if (!json.get(i).canConvertToExactIntegral()
                    || !json.get(i).canConvertToLong()
                    || json.get(i).asLong() < 0) {
                throw new ModelLoadException(at + ": expected whole numbers from 0 on, found " + json);
            }
            values[i] = json.get(i).asLong();
        }
        return values;
    }

    private static byte[] bytes(FileChannel channel, long position, int count) throws IOException {
        byte[] bytes = new byte[count];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {
            // read on: one read may return less than was asked for
        }
        if (buffer.hasRemaining()) {
            throw new IOException("the file became shorter while it was read");
        }
        return bytes;
    }
}
