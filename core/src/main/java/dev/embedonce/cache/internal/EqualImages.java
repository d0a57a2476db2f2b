package dev.embedonce.cache.internal;

import dev.embedonce.feature.HashedImage;
import dev.embedonce.hash.ContentHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several images of the same content in one batch, such as two files: one that can be read is enough. Not thread-safe.
 */
final class EqualImages implements HashedImage {
    private final List<HashedImage> images = new ArrayList<>();

    /** Both images, the first one first. */
    static HashedImage join(HashedImage images, HashedImage another) {
        EqualImages joined = images instanceof EqualImages equal ? equal : new EqualImages();
        if (joined != images) {
            joined.images.add(images);
        }
        joined.images.add(another);
        return joined;
    }

    @Override
    public ContentHash contentHash() {
        return images.get(0).contentHash();
    }

    /** The bytes of the first that can be read; the first one's error if none can. */
    @Override
    public byte[] bytes() throws IOException {
        @Nullable IOException first = null;
        for (HashedImage image : images) {
            try {
                return image.bytes();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        throw first == null ? new IOException("no image") : first;
    }
}
