package dev.embedonce.lab.experiment;

import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.Picture;
import dev.embedonce.lab.picture.Png;
import dev.embedonce.lab.picture.RgbPicture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Pictures of coarse random blocks: every one of its own, with perceptual hashes far apart. */
public final class TinyCorpus {
    private static final int SIDE = 96;
    private static final int BLOCK = 24;

    private TinyCorpus() {}

    /** {@code objects} objects in five categories, {@code views} pictures each. */
    public static Corpus of(int objects, int views) {
        List<Picture> pictures = new ArrayList<>();
        for (int object = 0; object < objects; object++) {
            for (int view = 0; view < views; view++) {
                pictures.add(picture(object, view, blocks(object * 100L + view)));
            }
        }
        return new Corpus("tiny", pictures);
    }

    static Picture picture(int object, int view, RgbPicture pixels) {
        return new Picture(
                "object-" + object + "/view-" + view, "object-" + object, "class-" + object % 5, Png.encode(pixels));
    }

    static RgbPicture blocks(long seed) {
        Random random = new Random(seed);
        int[] colours = random.ints(16, 0, 0x1000000).toArray();
        byte[] samples = new byte[SIDE * SIDE * 3];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int colour = colours[y / BLOCK * 4 + x / BLOCK];
                int at = (y * SIDE + x) * 3;
                samples[at] = (byte) (colour >> 16);
                samples[at + 1] = (byte) (colour >> 8);
                samples[at + 2] = (byte) colour;
            }
        }
        return new RgbPicture(SIDE, SIDE, samples);
    }
}
