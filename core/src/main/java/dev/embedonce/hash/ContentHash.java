package dev.embedonce.hash;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The full digest of an image's encoded bytes, or a digest derived from it, in lower-case hexadecimal. Never cut: a
 * shortened hash answers with another image's vector sooner or later.
 *
 * @param hex lower-case hexadecimal, 64 to 128 characters (a SHA-256 has 64), an even number of them
 */
public record ContentHash(String hex) {
    private static final int MIN_HEX = 64;
    private static final int MAX_HEX = 128;

    public ContentHash {
        if (hex.length() < MIN_HEX || hex.length() > MAX_HEX || hex.length() % 2 != 0) {
            throw new IllegalArgumentException("a content hash has " + MIN_HEX + " to " + MAX_HEX
                    + " hexadecimal digits (SHA-256 or longer, never cut); found " + hex.length());
        }
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                throw new IllegalArgumentException(
                        "a content hash is lower-case hexadecimal; found '" + c + "' at " + i);
            }
        }
    }

    /** The hash whose digest bytes are {@code digest}, 32 to 64 of them. */
    public static ContentHash ofBytes(byte[] digest) {
        return new ContentHash(HexFormat.of().formatHex(digest));
    }

    /** A fresh array of the digest's bytes. */
    public byte[] toBytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ContentHash hash && hex.equals(hash.hex);
    }

    @Override
    public int hashCode() {
        return hex.hashCode();
    }

    @Override
    public String toString() {
        return hex;
    }
}
