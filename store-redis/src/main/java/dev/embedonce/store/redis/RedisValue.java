package dev.embedonce.store.redis;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.codec.Stored;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The string that an entry is kept in. All numbers little-endian.
 *
 * <pre>
 *  0  4 bytes  "EMBV"
 *  4  uint8    1: this layout
 *  5  uint8    payload: 0 the data as it is, 1 as {@link BlobLayout} lays it out
 *  6  uint16   parts: 0, or in how many further strings the payload lies
 *  8  int64    when it was put, epoch millis of the server's clock
 * 16  int64    bytes of data
 * 24  uint32   bytes of header
 * 28  8 bytes  id of the parts, random; zeros if there are none
 * 36  header, then the payload unless it lies in parts
 * </pre>
 */
final class RedisValue {
    static final int FIXED_BYTES = 36;
    private static final int MAGIC = 0x56424D45; // "EMBV"
    private static final int LAYOUT = 1;
    private static final int PLAIN = 0;
    private static final int BLOB = 1;

    private RedisValue() {}

    /**
     * The fixed fields at the start.
     *
     * @param blob whether the payload is laid out by {@link BlobLayout}
     */
    record Front(boolean blob, int parts, Instant created, long dataBytes, long headerBytes, long partsId) {
        /** The fields of a value or of its start, or empty if it is not one of ours. */
        static Optional<Front> parse(byte[] value) {
            if (value.length < FIXED_BYTES) {
                return Optional.empty();
            }
            ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
            int magic = in.getInt();
            int layout = in.get();
            int payload = in.get();
            int parts = Short.toUnsignedInt(in.getShort());
            long created = in.getLong();
            long dataBytes = in.getLong();
            long headerBytes = Integer.toUnsignedLong(in.getInt());
            boolean known =
                    magic == MAGIC && layout == LAYOUT && (payload == PLAIN || payload == BLOB) && dataBytes >= 0;
            return known
                    ? Optional.of(new Front(
                            payload == BLOB,
                            parts,
                            Instant.ofEpochMilli(created),
                            dataBytes,
                            headerBytes,
                            in.getLong()))
                    : Optional.empty();
        }
    }

    /** A payload and how it is laid out. */
    record Payload(boolean blob, ByteBuffer bytes) {}

    /**
     * The payload of a record.
     *
     * @param mayCopy whether a layout that takes a copy of the data may be chosen
     */
    static Payload payload(Stored.Sealed record, boolean mayCopy) {
        boolean blob = mayCopy && record.content() != Stored.Content.OPAQUE;
        return new Payload(blob, blob ? BlobLayout.payload(record) : record.data());
    }

    /** A value with {@code inline} after its header. */
    static byte[] write(
            Stored.Sealed record, boolean blob, int parts, long partsId, long createdMillis, ByteBuffer inline) {
        ByteBuffer header = record.header();
        int size = Math.addExact(FIXED_BYTES + header.remaining(), inline.remaining());
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).put((byte) LAYOUT).put((byte) (blob ? BLOB : PLAIN)).putShort((short) parts);
        out.putLong(createdMillis).putLong(record.data().remaining());
        out.putInt(header.remaining()).putLong(partsId);
        return out.put(header).put(inline.duplicate()).array();
    }

    /** The record of a value whose payload lies in it. */
    static Stored read(byte[] value) {
        Optional<Front> front = Front.parse(value);
        if (front.isEmpty()) {
            return new Stored.Damaged("the value of " + value.length + " bytes is none of ours, or of a newer layout");
        }
        return read(value, front.get(), null);
    }

    /** The record of a value, with its payload from elsewhere unless that is null. */
    static Stored read(byte[] value, Front front, @Nullable ByteBuffer elsewhere) {
        if (front.headerBytes() > value.length - FIXED_BYTES) {
            return new Stored.Damaged(
                    "the value of " + value.length + " bytes announces a header of " + front.headerBytes());
        }
        int headerBytes = (int) front.headerBytes();
        ByteBuffer all = ByteBuffer.wrap(value);
        ByteBuffer header = all.slice(FIXED_BYTES, headerBytes);
        int payloadStart = FIXED_BYTES + headerBytes;
        ByteBuffer payload = elsewhere != null ? elsewhere : all.slice(payloadStart, value.length - payloadStart);
        return front.blob() ? BlobLayout.record(header, payload) : new Stored.Sealed(header, payload);
    }
}
