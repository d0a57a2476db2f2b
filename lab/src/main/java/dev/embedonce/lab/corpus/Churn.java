package dev.embedonce.lab.corpus;

import dev.embedonce.image.encode.PngWriter;
import dev.embedonce.lab.base.Seeds;
import dev.embedonce.lab.picture.Jpeg;
import dev.embedonce.lab.picture.Png;
import dev.embedonce.lab.picture.RgbPicture;
import java.util.Random;
import java.util.function.Supplier;
import java.util.zip.Deflater;

/**
 * What happens to a picture's file between two runs of a pipeline. Every change makes bytes that were never seen
 * before.
 */
public enum Churn {
    /**
     * Saved again without a change: a comment is added or, in every other cycle, a PNG of plain RGB is recompressed
     * with another level and row filter. The pixels are equal, so the right vector is the old one, bit for bit.
     */
    RECOMPRESSED("recompressed, pixels equal") {
        @Override
        byte[] apply(byte[] original, Supplier<RgbPicture> others, int cycle, Random random) {
            String comment = "saved in cycle " + cycle + ", " + Long.toHexString(random.nextLong());
            if (Jpeg.isJpeg(original)) {
                return Jpeg.withComment(original, comment);
            }
            if (cycle % 2 == 0 || !Png.isPlainRgb(original)) {
                return PngWriter.withComment(original, comment);
            }
            PngWriter.Filter filter = random.nextBoolean() ? PngWriter.Filter.SUB : PngWriter.Filter.NONE;
            byte[] again = Png.encode(RgbPicture.decode(original), Deflater.BEST_SPEED, filter);
            return PngWriter.withComment(again, comment);
        }
    },
    /**
     * Saved again as a JPEG of quality 60 to 89, another one in each cycle: it looks the same, and nearly every pixel
     * differs a little. The right vector is a new one, close to the old.
     */
    LOSSY("lossy re-encode") {
        @Override
        byte[] apply(byte[] original, Supplier<RgbPicture> others, int cycle, Random random) {
            float quality = (60 + Math.floorMod(cycle, 30)) / 100f;
            byte[] jpeg = Jpeg.encode(RgbPicture.decode(original), quality);
            return Jpeg.withComment(jpeg, "cycle " + cycle + ", " + Long.toHexString(random.nextLong()));
        }
    },
    /**
     * A square of about a thirtieth of the side in the middle half of the picture gets another colour: a retouched
     * spot.
     */
    SMALL_EDIT("small real edit") {
        @Override
        byte[] apply(byte[] original, Supplier<RgbPicture> others, int cycle, Random random) {
            RgbPicture picture = RgbPicture.decode(original);
            int side = Math.max(1, Math.min(picture.width(), picture.height()) / 30);
            int left = picture.width() / 4 + random.nextInt(Math.max(1, picture.width() / 2 - side));
            int top = picture.height() / 4 + random.nextInt(Math.max(1, picture.height() / 2 - side));
            int colour = random.nextInt(0x1000000);
            return Png.encode(picture.withPatch(left, top, side, side, colour));
        }
    },
    /**
     * Another picture under the same name: a part, 60 to 90 % of the side, of another object's picture, perhaps
     * mirrored.
     */
    REPLACED("replaced content") {
        @Override
        byte[] apply(byte[] original, Supplier<RgbPicture> others, int cycle, Random random) {
            RgbPicture other = others.get();
            double share = 0.6 + 0.3 * random.nextDouble();
            int width = Math.max(1, (int) (other.width() * share));
            int height = Math.max(1, (int) (other.height() * share));
            int left = random.nextInt(other.width() - width + 1);
            int top = random.nextInt(other.height() - height + 1);
            return Png.encode(other.enlarged(left, top, width, height, random.nextBoolean()));
        }
    };

    private final String label;

    Churn(String label) {
        this.label = label;
    }

    /** What people call it. */
    public String label() {
        return label;
    }

    abstract byte[] apply(byte[] original, Supplier<RgbPicture> others, int cycle, Random random);

    /**
     * A new version of a picture of a corpus.
     *
     * @param original the picture as it was in cycle 0: changes do not accumulate
     * @param corpus from which other pictures are taken
     * @param cycle from 1
     * @param seed the run's; the same arguments give the same bytes
     */
    public byte[] change(Picture original, Corpus corpus, int cycle, long seed) {
        Random random = Seeds.random(seed, name(), cycle, original.name());
        return apply(original.encoded(), () -> RgbPicture.decode(another(original, corpus, random)), cycle, random);
    }

    private static byte[] another(Picture original, Corpus corpus, Random random) {
        for (int attempt = 0; attempt < 100; attempt++) {
            Picture candidate = corpus.pictures().get(random.nextInt(corpus.size()));
            if (!candidate.object().equals(original.object())) {
                return candidate.encoded();
            }
        }
        throw new IllegalArgumentException("a corpus needs pictures of at least two objects");
    }
}
