package dev.embedonce.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.embedonce.error.CorruptEntryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file, checked in full.
 *
 * <p>The file: uint64 little-endian N; N bytes of JSON, {@code {"name": {"dtype": "F32", "shape": [..], "data_offsets":
 * [from, to]}, .., "__metadata__": {..}}}; then the data, to which the offsets refer. As the format demands, the
 * tensors must cover the data without gap or overlap; anything else means that the file is damaged, and is refused.
 *
 * @param tensors in the order of their data
 * @param metadata the {@code __metadata__} map
 */
// Source: https://huggingface.co/docs/safetensors
public record SafetensorsHeader(List<TensorRange> tensors, Map<String, String> metadata) {
    /** Bytes of the number that a file starts with, the length of its JSON. */
    public static final int LENGTH_BYTES = Long.BYTES;

    static final String METADATA = "__metadata__";

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * A tensor and its place in the data.
     *
     * @param dtype the format's name of the element type
     * @param shape outermost first, no negative dimension; copied on the way out
     * @param begin of its bytes in the data
     * @param end behind its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record TensorRange(String name, String dtype, long[] shape, long begin, long end) {
        @Override
        public long[] shape() {
            return shape.clone();
        }
    }

    public SafetensorsHeader {
        tensors = List.copyOf(tensors);
        metadata = Map.copyOf(metadata);
    }

    /**
     * The length of a file's JSON.
     *
     * @param start the first bytes of the file, {@link #LENGTH_BYTES} of them unless it is shorter
     * @param fileBytes of the whole file
     * @param maxBytes the longest JSON to allow
     * @throws CorruptEntryException if the length cannot be that of a header of such a file
     */
    public static int jsonBytes(ByteBuffer start, long fileBytes, int maxBytes) {
        if (fileBytes < LENGTH_BYTES || start.remaining() < LENGTH_BYTES) {
            throw new CorruptEntryException(
                    "not a safetensors file: " + fileBytes + " bytes, less than the 8 of the header length");
        }
        long length = start.slice().order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > maxBytes) {
            throw new CorruptEntryException(
                    "header length: expected 2 to " + maxBytes + " bytes, found " + Long.toUnsignedString(length));
        }
        if (length > fileBytes - LENGTH_BYTES) {
            throw new CorruptEntryException("header length: " + length + " bytes, but the file ends after "
                    + (fileBytes - LENGTH_BYTES) + "; it is truncated or not a safetensors file");
        }
        return (int) length;
    }

    /**
     * Reads the JSON.
     *
     * @param dataBytes of the data behind it
     * @param elementBytes bytes of an element of a dtype, or 0 for one that is not known
     * @throws CorruptEntryException if anything about it is not as the format demands: JSON, names, types, byte ranges
     *     that overlap, leave gaps or do not fit the shape
     */
    public static SafetensorsHeader parse(byte[] json, long dataBytes, ToIntFunction<String> elementBytes) {
        SafetensorsHeader header;
        try (JsonParser in = JSON.createParser(json)) {
            header = read(in, dataBytes, elementBytes);
        } catch (JsonProcessingException e) {
            throw new CorruptEntryException("header is not JSON (wrong header length?): " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CorruptEntryException("header is not JSON (wrong header length?): " + e.getMessage(), e);
        }
        header.requireExactCover(dataBytes);
        return header;
    }

    private static SafetensorsHeader read(JsonParser in, long dataBytes, ToIntFunction<String> elementBytes)
            throws IOException {
        List<TensorRange> tensors = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new CorruptEntryException("header: expected a JSON object, found " + in.currentToken());
        }
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            if (name.equals(METADATA)) {
                readMetadata(in, metadata);
            } else {
                tensors.add(readTensor(in, "tensor " + name + ": ", name, dataBytes, elementBytes));
            }
        }
        if (in.currentToken() != JsonToken.END_OBJECT || in.nextToken() != null) {
            throw new CorruptEntryException("header: expected one JSON object, found more");
        }
        tensors.sort(Comparator.comparingLong(TensorRange::begin).thenComparingLong(TensorRange::end));
        return new SafetensorsHeader(tensors, metadata);
    }

    private static void readMetadata(JsonParser in, Map<String, String> metadata) throws IOException {
        boolean object = in.nextToken() == JsonToken.START_OBJECT;
        while (object && in.nextToken() == JsonToken.FIELD_NAME) {
            String key = in.currentName();
            object = in.nextToken() == JsonToken.VALUE_STRING;
            metadata.put(key, in.getText());
        }
        if (!object) {
            throw new CorruptEntryException(METADATA + ": expected texts by name, found " + in.currentToken());
        }
    }

    private static TensorRange readTensor(
            JsonParser in, String at, String name, long dataBytes, ToIntFunction<String> elementBytes)
            throws IOException {
        @Nullable String dtype = null;
        long[] shape = null;
        long[] offsets = null;
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new CorruptEntryException(at + "dtype, shape and data_offsets expected, found " + in.currentToken());
        }
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = in.currentName();
            switch (field) {
                case "dtype" -> dtype = in.nextToken() == JsonToken.VALUE_STRING ? in.getText() : null;
                case "shape" -> shape = naturals(in, at + "shape");
                case "data_offsets" -> offsets = naturals(in, at + "data_offsets");
                default -> throw new CorruptEntryException(at + "no field '" + field + "' is known");
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw new CorruptEntryException(at + "dtype, shape or data_offsets are missing");
        }
        if (offsets.length != 2 || offsets[1] < offsets[0]) {
            throw new CorruptEntryException(
                    at + "data_offsets: expected [from, to], found " + Arrays.toString(offsets));
        }
        if (offsets[1] > dataBytes) {
            throw new CorruptEntryException(at + "data_offsets end at byte " + offsets[1]
                    + " of the data, but the file has " + dataBytes + "; it is truncated");
        }
        long expected = byteCount(at, dtype, shape, elementBytes);
        if (offsets[1] - offsets[0] != expected) {
            throw new CorruptEntryException(at + "expected " + expected + " bytes for " + dtype + " "
                    + Arrays.toString(shape) + ", found " + (offsets[1] - offsets[0]));
        }
        return new TensorRange(name, dtype, shape, offsets[0], offsets[1]);
    }

    private static long byteCount(String at, String dtype, long[] shape, ToIntFunction<String> elementBytes) {
        long count = elementBytes.applyAsInt(dtype);
        if (count == 0) {
            throw new CorruptEntryException(at + "dtype: \"" + dtype + "\" is not supported");
        }
        try {
            for (long dim : shape) {
                count = Math.multiplyExact(count, dim);
            }
            return count;
        } catch (ArithmeticException e) {
            throw new CorruptEntryException(at + "shape " + Arrays.toString(shape) + " is too large", e);
        }
    }

    private static long[] naturals(JsonParser in, String at) throws IOException {
        if (in.nextToken() != JsonToken.START_ARRAY) {
            throw new CorruptEntryException(at + ": expected a list of numbers, found " + in.getText());
        }
        List<Long> values = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() != JsonToken.VALUE_NUMBER_INT || in.getLongValue() < 0) {
                throw new CorruptEntryException(at + ": expected whole numbers from 0 on, found " + in.getText());
            }
            values.add(in.getLongValue());
        }
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private void requireExactCover(long dataBytes) {
        long end = 0;
        for (TensorRange tensor : tensors) {
            if (tensor.begin() != end) {
                throw new CorruptEntryException("tensor " + tensor.name() + ": data_offsets: expected to start at "
                        + end + ", where the tensor before ends; found " + tensor.begin());
            }
            end = tensor.end();
        }
        if (end != dataBytes) {
            throw new CorruptEntryException((dataBytes - end)
                    + " bytes at the end belong to no tensor (wrong header length, or a damaged file)");
        }
    }
}
