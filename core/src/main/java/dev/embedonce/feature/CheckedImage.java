package dev.embedonce.feature;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import java.io.IOException;

/** An image whose bytes are hashed once more when they are read: a file may have been overwritten in between. */
record CheckedImage(HashedImage image, ContentHasher hasher) implements HashedImage {
    @Override
    public ContentHash contentHash() {
        return image.contentHash();
    }

    @Override
    public byte[] bytes() throws IOException {
        byte[] bytes = image.bytes();
        if (!hasher.hash(bytes).equals(contentHash())) {
            throw new IOException("it changed while it was read");
        }
        return bytes;
    }
}
