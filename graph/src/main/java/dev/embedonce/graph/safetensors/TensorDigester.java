package dev.embedonce.graph.safetensors;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Digests the content of tensors: SHA-256 of the bytes, in 64 lower-case hexadecimal digits. {@link #reading()} reads
 * them each time; an implementation may remember digests as long as the file is unchanged. Thread-safe.
 */
@FunctionalInterface
public interface TensorDigester {
    /**
     * The digest of one tensor.
     *
     * @throws dev.embedonce.error.ModelLoadException if the file cannot be read
     */
    String sha256(TensorInfo tensor);

    /** Reads the bytes every time. */
    static TensorDigester reading() {
        return tensor -> {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(Weights.map(tensor));
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        };
    }
}
