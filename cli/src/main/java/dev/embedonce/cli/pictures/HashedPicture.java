package dev.embedonce.cli.pictures;

import dev.embedonce.embed.ImageItem;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.image.hash.ImageHashes;

/**
 * A picture that has been read once.
 *
 * @param item where its bytes can be read again
 * @param contentHash SHA-256 of the encoded bytes
 * @param pixelHash digest of the upright pixels: equal if and only if the pixels are
 * @param hashes of the upright picture
 * @param width pixels across, upright
 * @param height pixels down, upright
 * @param sizeBytes of the encoded bytes
 */
record HashedPicture(
        ImageItem item,
        ContentHash contentHash,
        ContentHash pixelHash,
        ImageHashes hashes,
        int width,
        int height,
        long sizeBytes) {
    String path() {
        return item.path();
    }

    long pixels() {
        return (long) width * height;
    }
}
