package dev.embedonce.cache.internal;

import dev.embedonce.feature.HashedImage;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Hashes what comes in, and counts the time. Thread-safe. */
public record CountedHasher(ContentHasher hasher, LongAdder nanos) {
    /** The hash of one image whose time is not counted. */
    public ContentHash hash(byte[] image) {
        return hasher.hash(image);
    }

    /** The hash of all that is left in {@code in}; reading counts too. */
    public ContentHash hash(InputStream in) throws IOException {
        long start = System.nanoTime();
        try {
            return hasher.hash(in);
        } finally {
            nanos.add(System.nanoTime() - start);
        }
    }

    /** Images whose bytes are at hand. */
    public List<HashedImage> hashAll(List<byte[]> images) {
        long start = System.nanoTime();
        List<HashedImage> hashed = new ArrayList<>(images.size());
        for (byte[] image : images) {
            hashed.add(HashedImage.of(hasher.hash(image), image));
        }
        nanos.add(System.nanoTime() - start);
        return hashed;
    }

    /** The same images, whose bytes are refused if they are no longer those of their hashes. */
    public List<HashedImage> checked(List<? extends HashedImage> images) {
        List<HashedImage> checked = new ArrayList<>(images.size());
        for (HashedImage image : images) {
            checked.add(image.checkedBy(hasher));
        }
        return checked;
    }
}
