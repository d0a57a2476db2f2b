package dev.embedonce.codec;

import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.error.UnsupportedFormatException;
import dev.embedonce.store.Stored;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * How stores that keep a header blob and a payload blob lay out the payload so that other programs can read it: one vector as its
 * plain float32 elements ({@code numpy.frombuffer(blob, "<f4")}), a bundle as a safetensors file, a link as nothing. Stateless.
 */
public final class BlobLayout {
    private BlobLayout() {}

    /** The payload blob of a record; its position is 0. */
    public static ByteBuffer payload(Stored.Sealed record) {
        EntryHeader header = EntryHeader.parse(record.header());
        if (header.isVector() || header.link() != null) {
            return record.data();
        }
        ByteBuffer prefix = Safetensors.prefix(header.tensors(), Map.of());
        return ByteBuffer.allocate(
                        Math.addExact(prefix.remaining(), record.data().remaining()))
                .put(prefix)
                .put(record.data())
                .flip();
    }

    /**
     * The record that was laid out as {@code header} and {@code payload}. What does not fit together is handed on as it is: the codec
     * sees it and says what is wrong.
     */
    public static Stored.Sealed record(ByteBuffer header, ByteBuffer payload) {
        try {
            EntryHeader parsed = EntryHeader.parse(header);
            boolean plain = parsed.isVector() || parsed.link() != null;
            return new Stored.Sealed(
                    header, plain ? payload : Safetensors.read(payload).data());
        } catch (CorruptEntryException | UnsupportedFormatException e) {
            return new Stored.Sealed(header, payload);
        }
    }
}
