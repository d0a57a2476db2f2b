package dev.embedonce.hash;

import java.io.IOException;
import java.io.InputStream;

/**
 * Turns the encoded bytes of an image into its content hash. An implementation is a cryptographic hash of every byte,
 * at full length, and nothing else: a perceptual hash is another type ({@link PerceptualHash}) and cannot stand here.
 * Thread-safe.
 */
@FunctionalInterface
public interface ContentHasher {
    /** The hash of all of {@code bytes}. */
    ContentHash hash(byte[] bytes);

    /**
     * The same hash, of all that is left in {@code in}, which stays open. As it stands here it takes all of it into
     * memory; those below take it in pieces.
     */
    default ContentHash hash(InputStream in) throws IOException {
        return hash(in.readAllBytes());
    }

    /** SHA-256: the default, the string {@code sha256sum} prints. */
    static ContentHasher sha256() {
        return new DigestHasher("SHA-256");
    }

    /** SHA-512. */
    static ContentHasher sha512() {
        return new DigestHasher("SHA-512");
    }
}
