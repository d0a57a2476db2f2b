package dev.embedonce.hash;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Turns the encoded bytes of an image into its content hash. An implementation is a cryptographic hash of every byte, at
 * full length, and nothing else: a perceptual hash is another type ({@link PerceptualHash}) and cannot stand here. Thread-safe.
 */
@FunctionalInterface
public interface ContentHasher {
    /** The hash of all of {@code bytes}. */
    ContentHash hash(byte[] bytes);

    /** SHA-256: the default, the string {@code sha256sum} prints. */
    static ContentHasher sha256() {
        return digest("SHA-256");
    }

    /** SHA-512. */
    static ContentHasher sha512() {
        return digest("SHA-512");
    }

    private static ContentHasher digest(String algorithm) {
        ThreadLocal<MessageDigest> digests = ThreadLocal.withInitial(() -> newDigest(algorithm));
        return bytes -> ContentHash.ofBytes(digests.get().digest(bytes));
    }

    private static MessageDigest newDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
