package dev.embedonce.hash;

import java.util.HexFormat;

/**
 * A 64-bit fingerprint of how an image looks. It finds look-alikes; it is not an identity, and no {@code CacheKey} can
 * be made from it: different pictures share one.
 *
 * @param bits the hash, most significant bit first
 */
public record PerceptualHash(long bits) {

    /** The hash written as 16 hexadecimal digits. */
    public static PerceptualHash ofHex(String hex) {
        if (hex.length() != 16) {
            throw new IllegalArgumentException("a perceptual hash has 16 hexadecimal digits; found '" + hex + "'");
        }
        return new PerceptualHash(HexFormat.fromHexDigitsToLong(hex));
    }

    /** 16 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().toHexDigits(bits);
    }

    /** The number of bits that differ, 0 to 64. */
    public int hammingDistance(PerceptualHash other) {
        return Long.bitCount(bits ^ other.bits);
    }

    @Override
    public String toString() {
        return hex();
    }
}
