package dev.embedonce.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The safetensors file format, as far as entries need it: uint64 little-endian header length, a JSON header that gives
 * each tensor's dtype, shape and byte range, then the elements without gaps. What is written is read by the {@code
 * safetensors} package; what is read is checked in full. Stateless.
 *
 * @param tensors in the order of their data
 * @param metadata the {@code __metadata__} map
 * @param data the elements, all of them
 */
public record Safetensors(List<TensorSpec> tensors, Map<String, String> metadata, ByteBuffer data) {
    /** The longest JSON header that is read or written. */
    public static final int MAX_HEADER_BYTES = 16 * 1024 * 1024;

    private static final int ALIGNMENT = 8;
    private static final JsonFactory JSON = new JsonFactory();

    public Safetensors {
        tensors = List.copyOf(tensors);
        metadata = Map.copyOf(metadata);
    }

    /**
     * A whole file in parts, to be written one behind the other: the {@link #prefix}, then the elements of each tensor
     * where they are.
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

    /**
     * What comes before the data in a file: the length and the JSON header, padded with spaces so that the data is
     * aligned.
     */
    public static ByteBuffer prefix(List<TensorSpec> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(json)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart(SafetensorsHeader.METADATA);
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
     * @throws CorruptEntryException if anything about it is not as the format demands, or it holds a type that no entry
     *     has
     */
    public static Safetensors read(ByteBuffer file) {
        ByteBuffer in = file.slice();
        byte[] json = new byte[SafetensorsHeader.jsonBytes(in, in.remaining(), MAX_HEADER_BYTES)];
        in.position(SafetensorsHeader.LENGTH_BYTES).get(json);
        ByteBuffer data = in.slice().asReadOnlyBuffer();
        SafetensorsHeader header = SafetensorsHeader.parse(
                json,
                data.remaining(),
                name -> DType.ofSafetensorsName(name).map(DType::sizeBytes).orElse(0));
        return new Safetensors(header.tensors().stream().map(Safetensors::spec).toList(), header.metadata(), data);
    }

    private static TensorSpec spec(SafetensorsHeader.TensorRange tensor) {
        DType dtype = DType.ofSafetensorsName(tensor.dtype()).orElseThrow();
        try {
            Tensor.byteCount(dtype, tensor.shape());
        } catch (IllegalArgumentException e) {
            throw new CorruptEntryException("tensor " + tensor.name() + ": " + e.getMessage(), e);
        }
        return new TensorSpec(tensor.name(), dtype, tensor.shape());
    }
}
