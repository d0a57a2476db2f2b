package dev.embedonce.lab.figure;

import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.experiment.PhashAudit;
import dev.embedonce.lab.experiment.PhashAudit.Collision;
import dev.embedonce.lab.picture.RgbPicture;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Locale;

/** Figure 5. */
record Collisions(PhashAudit.Result audit, Corpus corpus) implements Figure {
    private static final int COLUMNS = 3;
    private static final int PICTURE = 136;
    private static final int CELL_WIDTH = 306;
    private static final int CELL_HEIGHT = 204;

    @Override
    public int number() {
        return 5;
    }

    @Override
    public String caption() {
        return audit.shown().isEmpty()
                ? "No two pictures of different objects are within 4 bits of pHash in this corpus."
                : "Pictures of different objects whose pHashes differ in at most 4 of 64 bits. Under each pair, how many bits, and the cosine of"
                        + " the two vectors that a cache with pHash as its key would take for one.";
    }

    @Override
    public int width() {
        return COLUMNS * CELL_WIDTH + 2;
    }

    @Override
    public int height() {
        int rows = Math.max(1, (audit.shown().size() + COLUMNS - 1) / COLUMNS);
        return rows * CELL_HEIGHT + 8;
    }

    @Override
    public void draw(Graphics2D g, Theme theme) {
        Charts.background(g, theme, width(), height());
        Sketch sketch = new Sketch(g, theme);
        if (audit.shown().isEmpty()) {
            sketch.text(20, 60, width() - 40, Font.PLAIN, 14, caption());
        }
        for (int i = 0; i < audit.shown().size(); i++) {
            pair(g, theme, sketch, audit.shown().get(i), i % COLUMNS * CELL_WIDTH + 12, i / COLUMNS * CELL_HEIGHT + 12);
        }
    }

    private void pair(Graphics2D g, Theme theme, Sketch sketch, Collision collision, int x, int y) {
        picture(g, theme, collision.first(), x, y);
        picture(g, theme, collision.second(), x + PICTURE + 6, y);
        int below = sketch.text(
                x,
                y + PICTURE + 18,
                2 * PICTURE + 10,
                Font.BOLD,
                12,
                shortened(collision.firstCategory()) + " | " + shortened(collision.secondCategory()));
        sketch.text(
                x,
                below,
                2 * PICTURE + 10,
                Font.PLAIN,
                12,
                String.format(Locale.ROOT, "%d bits apart, cosine %.3f", collision.distance(), collision.cosine()));
    }

    private static String shortened(String name) {
        return name.length() <= 18 ? name : name.substring(0, 17) + "\u2026";
    }

    private void picture(Graphics2D g, Theme theme, int number, int x, int y) {
        BufferedImage image =
                RgbPicture.decode(corpus.pictures().get(number).encoded()).toBufferedImage();
        Pictures.fit(g, image, x, y, PICTURE);
        g.setColor(theme.faint());
        g.setStroke(Charts.stroke(1f));
        g.drawRect(x, y, PICTURE, PICTURE);
    }
}
