package dev.embedonce.lab.figure;

import dev.embedonce.hash.ContentHasher;
import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.Picture;
import dev.embedonce.lab.picture.RgbPicture;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Locale;

/** Figure 8. */
record OneRender(Corpus corpus, long seed) implements Figure {
    private static final int WIDTH = 920;
    private static final int HEIGHT = 330;
    private static final int SHOWN = 28;
    private static final int TRIES = 60;

    @Override
    public int number() {
        return 8;
    }

    @Override
    public String caption() {
        return "One picture of the corpus, the same picture saved again without a change, and with a small retouch (one was picked that"
                + " pHash does not see). SHA-256 tells all three apart, pHash none. Only the third needs the encoder again: that is what the pixels say.";
    }

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return HEIGHT;
    }

    @Override
    public void draw(Graphics2D g, Theme theme) {
        Charts.background(g, theme, WIDTH, HEIGHT);
        Picture chair = corpus.pictures().stream()
                .filter(picture -> picture.category().equals("chair"))
                .findFirst()
                .orElse(corpus.pictures().get(0));
        one(g, theme, 0, "as it is", chair.encoded());
        one(g, theme, 1, Churn.RECOMPRESSED.label(), Churn.RECOMPRESSED.change(chair, corpus, 1, seed));
        one(g, theme, 2, Churn.SMALL_EDIT.label(), retouched(chair));
    }

    /** The first retouch that pHash does not see, if there is one among the first few. */
    private byte[] retouched(Picture picture) {
        for (int cycle = 1; cycle <= TRIES; cycle++) {
            byte[] edited = Churn.SMALL_EDIT.change(picture, corpus, cycle, seed);
            if (Picture.perceptualHashes(edited).phash().equals(picture.phash())) {
                return edited;
            }
        }
        return Churn.SMALL_EDIT.change(picture, corpus, 1, seed);
    }

    private static void one(Graphics2D g, Theme theme, int number, String what, byte[] encoded) {
        int x = 16 + number * 302;
        int side = 210;
        BufferedImage image = RgbPicture.decode(encoded).toBufferedImage();
        Pictures.fit(g, image, x, 14, side);
        g.setColor(theme.faint());
        g.setStroke(Charts.stroke(1f));
        g.drawRect(x, 14, side, side);
        Sketch sketch = new Sketch(g, theme);
        sketch.text(x, side + 36, 290, Font.BOLD, 13, what);
        sketch.text(x, side + 56, 290, Font.PLAIN, 12, String.format(Locale.ROOT, "%,d bytes", encoded.length));
        String sha = ContentHasher.sha256().hash(encoded).hex();
        sketch.code(x, side + 78, 11, "SHA-256 " + sha.substring(0, SHOWN) + "...");
        sketch.code(
                x,
                side + 98,
                11,
                "pHash   " + Picture.perceptualHashes(encoded).phash().hex());
    }
}
