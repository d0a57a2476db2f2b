package dev.embedonce.codec;

import dev.embedonce.error.CacheException;
import dev.embedonce.key.FramedDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The secrets that prove where an entry came from: HMAC-SHA256. New entries are sealed with the first key, and entries
 * sealed with any of them are accepted, so keys are rotated by putting a new one in front. Thread-safe. Never printed.
 */
public final class SealKeys {
    /** Bytes of the key id that stands in a sealed entry. */
    static final int ID_BYTES = 8;

    static final int MAC_BYTES = 32;
    private static final int MIN_SECRET_BYTES = 16;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Secret(byte[] id, SecretKeySpec key) {}

    private final List<Secret> secrets;

    private SealKeys(List<Secret> secrets) {
        this.secrets = secrets;
    }

    /**
     * Keys from their secret bytes, the one to seal with first.
     *
     * @throws IllegalArgumentException if there is none or one is shorter than 16 bytes
     */
    public static SealKeys of(List<byte[]> secrets) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("at least one seal key is needed");
        }
        return new SealKeys(secrets.stream().map(SealKeys::secret).toList());
    }

    /**
     * Reads keys from a text file: one a line, hexadecimal, 32 digits or more; blank lines and lines that start with #
     * are skipped.
     *
     * @throws CacheException if the file cannot be read or a line is not a key; the message gives the line's number,
     *     never its text
     */
    public static SealKeys read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new CacheException("cannot read the seal key file " + file + ": " + e.getMessage(), e);
        }
        SecretFiles.warnIfOthersCanRead(file);
        List<byte[]> secrets = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                secrets.add(HexFormat.of().parseHex(line));
            } catch (IllegalArgumentException e) {
                throw new CacheException("line " + (i + 1) + " of the seal key file " + file + " is not hexadecimal");
            }
        }
        try {
            return of(secrets);
        } catch (IllegalArgumentException e) {
            throw new CacheException("seal key file " + file + ": " + e.getMessage(), e);
        }
    }

    private static Secret secret(byte[] bytes) {
        if (bytes.length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "a seal key has at least " + MIN_SECRET_BYTES + " bytes; found " + bytes.length);
        }
        byte[] id = Arrays.copyOf(
                FramedDigest.tagged("embedonce.seal-key-id.v1")
                        .put("key", bytes)
                        .toContentHash()
                        .toBytes(),
                ID_BYTES);
        return new Secret(id, new SecretKeySpec(bytes, "HmacSHA256"));
    }

    byte[] currentId() {
        return secrets.get(0).id().clone();
    }

    /** The MAC under the key with this id, or null if we do not have that key. */
    byte @Nullable [] mac(byte[] id, ByteBuffer header, ByteBuffer data) {
        for (Secret secret : secrets) {
            if (Arrays.equals(secret.id(), id)) {
                try {
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(secret.key());
                    mac.update(header.duplicate());
                    mac.update(data.duplicate());
                    return mac.doFinal();
                } catch (NoSuchAlgorithmException | InvalidKeyException e) {
                    throw new IllegalStateException("every Java platform has HmacSHA256", e);
                }
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "SealKeys[" + secrets.size() + "]";
    }
}
