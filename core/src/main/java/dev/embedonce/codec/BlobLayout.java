package dev.embedonce.codec;

import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.error.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * How stores that keep a header blob and a payload blob lay out the payload so that other programs can read it: one
 * vector as its plain float32 elements ({@code numpy.frombuffer(blob, "<f4")}), a bundle as a safetensors file, a link
 * as nothing, and what it cannot read as it is. Stateless.
 */
public final class BlobLayout {
    private BlobLayout() {}

    /** The payload blob of a record; its position is 0. */
    public static ByteBuffer payload(Stored.Sealed record) {
        if (record.content() != Stored.Content.BUNDLE) {
            return record.data();
        }
        ByteBuffer prefix = Safetensors.prefix(record.parsed().tensors(), Map.of());
        return ByteBuffer.allocate(
                        Math.addExact(prefix.remaining(), record.data().remaining()))
                .put(prefix)
                .put(record.data())
                .flip();
    }

    /**
     * The record that was laid out as {@code header} and {@code payload}. What does not fit together is handed on as it
     * is: the codec sees it and says what is wrong.
     */
    public static Stored.Sealed record(ByteBuffer header, ByteBuffer payload) {
        Stored.Sealed plain = new Stored.Sealed(header, payload);
        try {
            return plain.parsed().content() == Stored.Content.BUNDLE
                    ? plain.withData(Safetensors.read(payload).data())
                    : plain;
        } catch (CorruptEntryException | UnsupportedFormatException e) {
            return plain;
        }
    }
}
