package dev.embedonce.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The safetensors file format, as far as entries need it: uint64 little-endian header length, a JSON header that gives each
 * tensor's dtype, shape and byte range, then the elements without gaps. What is written is read by the {@code safetensors} package;
 * what is read is checked in full. Stateless.
 *
 * @param tensors in the order of their data
 * @param metadata the {@code __metadata__} map
 * @param data the elements, all of them
 */
public record Safetensors(List<TensorSpec> tensors, Map<String, String> metadata, ByteBuffer data) {
    /** The longest JSON header that is read or written. */
    static final int MAX_HEADER_BYTES = 16 * 1024 * 1024;

    private static final int ALIGNMENT = 8;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    public Safetensors {
        tensors = List.copyOf(tensors);
        metadata = Map.copyOf(metadata);
    }

    /**
     * A whole file in parts, to be written one behind the other: the {@link #prefix}, then the elements of each tensor where they are.
     */
    public static List<ByteBuffer> file(Map<String, Tensor> tensors, Map<String, String> metadata) {
        List<TensorSpec> specs = new ArrayList<>();
        List<ByteBuffer> parts = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            specs.add(new TensorSpec(name, tensor.dtype(), tensor.shape()));
            parts.add(tensor.data());
        });
        parts.add(0, prefix(specs, metadata));
        return parts;
    }

    /** What comes before the data in a file: the length and the JSON header, padded with spaces so that the data is aligned. */
    public static ByteBuffer prefix(List<TensorSpec> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(json)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> item : metadata.entrySet()) {
                    out.writeStringField(item.getKey(), item.getValue());
                }
                out.writeEndObject();
            }
            long offset = 0;
            for (TensorSpec tensor : tensors) {
                out.writeObjectFieldStart(tensor.name());
                out.writeStringField("dtype", tensor.dtype().safetensorsName());
                out.writeFieldName("shape");
                out.writeArray(tensor.shape(), 0, tensor.shape().length);
                out.writeFieldName("data_offsets");
                out.writeArray(new long[] {offset, offset + tensor.sizeBytes()}, 0, 2);
                out.writeEndObject();
                offset += tensor.sizeBytes();
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        int padding = Math.floorMod(-json.size(), ALIGNMENT);
        ByteBuffer prefix =
                ByteBuffer.allocate(Long.BYTES + json.size() + padding).order(ByteOrder.LITTLE_ENDIAN);
        prefix.putLong(json.size() + padding).put(json.toByteArray());
        while (prefix.hasRemaining()) {
            prefix.put((byte) ' ');
        }
        return prefix.flip();
    }

    /**
     * Reads a whole file. The data is a view of {@code file}, not a copy.
     *
     * @throws CorruptEntryException if anything about it is not as the format demands: lengths, JSON, names, types, byte ranges
     *     that overlap, leave gaps or do not fit the shape
     */
    public static Safetensors read(ByteBuffer file) {
        ByteBuffer in = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < Long.BYTES) {
            throw new CorruptEntryException("a safetensors file has at least 8 bytes; found " + in.remaining());
        }
        long length = in.getLong();
        if (length < 2 || length > MAX_HEADER_BYTES || length > in.remaining()) {
            throw new CorruptEntryException("a safetensors header of " + length + " bytes in " + in.remaining());
        }
        byte[] json = new byte[(int) length];
        in.get(json);
        ByteBuffer data = in.slice().asReadOnlyBuffer();
        try (JsonParser parser = JSON.createParser(json)) {
            return readHeader(parser, data);
        } catch (IOException e) {
            throw new CorruptEntryException("the safetensors header is not the JSON it should be: " + firstLine(e), e);
        }
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private record Ranged(TensorSpec tensor, long begin, long end) {}

    private static Safetensors readHeader(JsonParser in, ByteBuffer data) throws IOException {
        List<Ranged> ranged = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        expect(in, JsonToken.START_OBJECT);
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            expect(in, JsonToken.START_OBJECT);
            if (name.equals("__metadata__")) {
                while (in.nextToken() == JsonToken.FIELD_NAME) {
                    String key = in.currentName();
                    expect(in, JsonToken.VALUE_STRING);
                    metadata.put(key, in.getText());
                }
            } else {
                ranged.add(readTensor(in, name));
            }
        }
        if (in.currentToken() != JsonToken.END_OBJECT || in.nextToken() != null) {
            throw new CorruptEntryException("the safetensors header is not one JSON object");
        }
        ranged.sort((a, b) -> Long.compare(a.begin(), b.begin()) != 0
                ? Long.compare(a.begin(), b.begin())
                : Long.compare(a.end(), b.end()));
        long offset = 0;
        for (Ranged tensor : ranged) {
            if (tensor.begin() != offset
                    || tensor.end() - tensor.begin() != tensor.tensor().sizeBytes()) {
                throw new CorruptEntryException(
                        "the data offsets of '" + tensor.tensor().name() + "' do not fit");
            }
            offset = tensor.end();
        }
        if (offset != data.remaining()) {
            throw new CorruptEntryException("expected " + offset + " bytes of data; found " + data.remaining());
        }
        return new Safetensors(ranged.stream().map(Ranged::tensor).toList(), metadata, data);
    }

    private static Ranged readTensor(JsonParser in, String name) throws IOException {
        @Nullable DType dtype = null;
        long[] shape = null;
        long[] offsets = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = in.currentName();
            switch (field) {
                case "dtype" -> {
                    expect(in, JsonToken.VALUE_STRING);
                    dtype = DType.ofSafetensorsName(in.getText()).orElse(null);
                }
                case "shape" -> shape = longs(in);
                case "data_offsets" -> offsets = longs(in);
                default -> throw new CorruptEntryException("the tensor '" + name + "' has a field '" + field + "'");
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.length != 2 || offsets[0] < 0) {
            throw new CorruptEntryException(
                    "the tensor '" + name + "' lacks a dtype, shape or byte range that we know");
        }
        try {
            Tensor.byteCount(dtype, shape);
        } catch (IllegalArgumentException e) {
            throw new CorruptEntryException("the tensor '" + name + "': " + e.getMessage(), e);
        }
        return new Ranged(new TensorSpec(name, dtype, shape), offsets[0], offsets[1]);
    }

    private static long[] longs(JsonParser in) throws IOException {
        expect(in, JsonToken.START_ARRAY);
        List<Long> values = new ArrayList<>();
        while (in.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            values.add(in.getLongValue());
        }
        if (in.currentToken() != JsonToken.END_ARRAY) {
            throw new CorruptEntryException("a list of numbers holds something else");
        }
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private static void expect(JsonParser in, JsonToken token) throws IOException {
        if (in.nextToken() != token) {
            throw new CorruptEntryException(
                    "expected " + token + " in the safetensors header; found " + in.currentToken());
        }
    }
}
