package dev.embedonce.hash;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A digest of the Java platform. Each thread has a digest and a buffer of its own. */
final class DigestHasher implements ContentHasher {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ThreadLocal<MessageDigest> digests;
    private final ThreadLocal<byte[]> buffers = ThreadLocal.withInitial(() -> new byte[BUFFER_BYTES]);

    DigestHasher(String algorithm) {
        this.digests = ThreadLocal.withInitial(() -> newDigest(algorithm));
    }

    private static MessageDigest newDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }

    @Override
    public ContentHash hash(byte[] bytes) {
        return ContentHash.ofBytes(digests.get().digest(bytes));
    }

    @Override
    public ContentHash hash(InputStream in) throws IOException {
        MessageDigest digest = digests.get();
        byte[] buffer = buffers.get();
        digest.reset();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            digest.update(buffer, 0, read);
        }
        return ContentHash.ofBytes(digest.digest());
    }
}
