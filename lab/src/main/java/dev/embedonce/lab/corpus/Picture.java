package dev.embedonce.lab.corpus;

import dev.embedonce.hash.PerceptualHash;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.hash.ImageHashes;
import dev.embedonce.image.hash.PerceptualHashes;
import dev.embedonce.image.resize.PillowProfile;

/**
 * One picture of a corpus.
 *
 * @param name unique in the corpus, such as {@code chair/0007/view-3}
 * @param object what it shows: pictures of one object are views of the same thing
 * @param category the class of the object
 * @param encoded the bytes of the file; nobody writes to them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
public record Picture(String name, String object, String category, byte[] encoded) {
    private static final ImageDecoder DECODER = new ImageDecoder(ExifPolicy.APPLY);
    private static final PerceptualHashes HASHES = new PerceptualHashes(PillowProfile.PILLOW_13);

    /** The perceptual hashes of an encoded picture: imagehash's phash of 64 bits. */
    public static ImageHashes perceptualHashes(byte[] encoded) {
        return HASHES.of(DECODER.decode(encoded));
    }

    /** The pHash of this picture. */
    public PerceptualHash phash() {
        return perceptualHashes(encoded).phash();
    }
}
