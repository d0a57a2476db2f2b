package dev.embedonce.cli.pictures;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.hash.PerceptualHashes;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.key.FramedDigest;
import java.io.IOException;

/** Reads a picture once and computes everything by which near-duplicates are found. Thread-safe. */
final class PictureReader {
    private final ContentHasher hasher = ContentHasher.sha256();
    private final PerceptualHashes hashes = new PerceptualHashes(PillowProfile.PILLOW_13);
    private final ImageDecoder decoder;
    private final long maxFileBytes;

    /** What became of one file. */
    sealed interface Result {
        /** It is a picture. */
        record Read(HashedPicture picture) implements Result {}

        /** It is not, or cannot be read. */
        record Failed(String path, String reason) implements Result {}
    }

    PictureReader(long maxPixels, long maxFileBytes) {
        this.decoder = new ImageDecoder(ExifPolicy.APPLY, maxPixels);
        this.maxFileBytes = maxFileBytes;
    }

    static void requireThreads(int threads) {
        if (threads < 1) {
            throw new CliException("--threads must be at least 1");
        }
    }

    Result read(ImageItem item) {
        try {
            byte[] bytes = item.read(maxFileBytes);
            PixelImage image = decoder.decode(bytes);
            return new Result.Read(new HashedPicture(
                    item,
                    hasher.hash(bytes),
                    pixelHash(image),
                    hashes.of(image),
                    image.width(),
                    image.height(),
                    bytes.length));
        } catch (IOException | RuntimeException e) {
            return new Result.Failed(item.path(), Messages.oneLine(e));
        }
    }

    /**
     * Pictures have the same pixels if their colours are equal and, where there is transparency, their looks over white
     * are too. The mode in which they are stored does not matter, but 16-bit samples equal only 16-bit samples.
     */
    static ContentHash pixelHash(PixelImage image) {
        FramedDigest digest = FramedDigest.tagged("embedonce.cli.upright-pixels.v1")
                .put("size", new long[] {image.width(), image.height()})
                .put("colours", image.toRgb(AlphaPolicy.DROP).samples());
        if (image.hasTransparency()) {
            digest.put("over white", image.toRgb(AlphaPolicy.OVER_WHITE).samples());
        }
        if (image.mode() == PixelMode.GREY16) {
            digest.put("16 bits", image.samples());
        }
        return digest.toContentHash();
    }
}
