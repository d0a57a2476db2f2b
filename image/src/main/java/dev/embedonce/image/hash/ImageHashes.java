package dev.embedonce.image.hash;

import dev.embedonce.hash.PerceptualHash;

/**
 * The perceptual hashes of one picture: equal to those of Python's imagehash, for a side index of similar pictures,
 * never a key.
 *
 * @param phash discrete cosine transform hash, {@code imagehash.phash}
 * @param dhash horizontal difference hash, {@code imagehash.dhash}
 * @param degenerate whether the picture has so little structure (flat, striped, chequered) that rounding decides most
 *     bits of {@code phash}: such hashes are alike though the pictures are not
 */
public record ImageHashes(PerceptualHash phash, PerceptualHash dhash, boolean degenerate) {}
