package dev.embedonce.key;

import dev.embedonce.hash.ContentHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * A SHA-256 over named parts in which no two different sequences of parts give the same input: it starts with a tag
 * that says what is being digested, and every name and value is preceded by its type and length. So ("ab", "c") differs
 * from ("a", "bc"), a missing part from an empty one, and the number 1 from the text "1".
 *
 * <p>Encoding: {@code tag} as text; then for each part: text name, type byte, payload. Text = int32 byte length +
 * UTF-8; all numbers little-endian. Types: S text, L int64, D float64 (raw bits), B bytes (int64 length), F float32
 * array (int64 count), J int64 array (int64 count), N null. Not thread-safe; single use.
 */
public final class FramedDigest {
    private final MessageDigest digest = sha256();
    private final ByteBuffer scratch = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private FramedDigest(String tag) {
        text(tag);
    }

    /** A digest for the purpose named by {@code tag}, such as {@code embedonce.preproc.v1}. */
    public static FramedDigest tagged(String tag) {
        return new FramedDigest(tag);
    }

    public FramedDigest put(String name, @Nullable String value) {
        if (value == null) {
            return part(name, 'N');
        }
        part(name, 'S');
        text(value);
        return this;
    }

    public FramedDigest put(String name, long value) {
        part(name, 'L');
        number(value);
        return this;
    }

    public FramedDigest put(String name, int value) {
        return put(name, (long) value);
    }

    public FramedDigest put(String name, boolean value) {
        return put(name, value ? "true" : "false");
    }

    public FramedDigest put(String name, double value) {
        part(name, 'D');
        number(Double.doubleToRawLongBits(value));
        return this;
    }

    public FramedDigest put(String name, byte[] value) {
        return put(name, ByteBuffer.wrap(value));
    }

    /** Digests the bytes between position and limit; the buffer's own position does not move. */
    public FramedDigest put(String name, ByteBuffer value) {
        part(name, 'B');
        number(value.remaining());
        digest.update(value.duplicate());
        return this;
    }

    public FramedDigest put(String name, float[] values) {
        part(name, 'F');
        number(values.length);
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes);
        return this;
    }

    public FramedDigest put(String name, long[] values) {
        part(name, 'J');
        number(values.length);
        for (long value : values) {
            number(value);
        }
        return this;
    }

    /** Ends the digest: 64 lower-case hexadecimal digits. */
    public String hexDigest() {
        return toContentHash().hex();
    }

    /** Ends the digest. The result is a derived hash: its tag keeps it apart from every hash of plain bytes. */
    public ContentHash toContentHash() {
        return ContentHash.ofBytes(digest.digest());
    }

    private FramedDigest part(String name, char type) {
        text(name);
        digest.update((byte) type);
        return this;
    }

    private void text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        digest.update(scratch.clear().putInt(utf8.length).flip());
        digest.update(utf8);
    }

    private void number(long value) {
        digest.update(scratch.clear().putLong(value).flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
