package dev.embedonce.lab.figure;

import java.awt.Font;
import java.awt.Graphics2D;

/** Figure 6. */
record LookupFlow() implements Figure {
    private static final int WIDTH = 920;
    private static final int HEIGHT = 410;

    @Override
    public int number() {
        return 6;
    }

    @Override
    public String caption() {
        return "How an image is answered. The article's flow is the upper row and the encoder; the second question, about the pixels, and the"
                + " checks are ours.";
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
        Sketch sketch = new Sketch(g, theme);
        sketch.box(
                20, 30, 150, 120, theme.grey(), "image bytes", "the array that is hashed is the one that is decoded");
        sketch.box(230, 30, 170, 120, theme.blue(), "look up", "model + preprocessing + SHA-256 of the bytes");
        sketch.box(490, 30, 180, 120, theme.blue(), "check", "checksum, key echo, seal if there is one");
        sketch.box(750, 30, 150, 120, Theme.GREEN, "answer", "the encoder's vector, bit for bit");
        sketch.arrow(174, 90, 226, 90, theme.ink(), "");
        sketch.arrow(404, 90, 486, 90, theme.ink(), "found");
        sketch.arrow(674, 90, 746, 90, theme.ink(), "sound");
        sketch.box(20, 250, 210, 130, Theme.SKY, "decode and resize", "into exactly what the encoder reads");
        sketch.box(
                310,
                250,
                200,
                130,
                Theme.PURPLE,
                "known pixels?",
                "SHA-256 of the encoder's input; if known, a link is stored");
        sketch.box(590, 250, 130, 130, Theme.ORANGE, "encoder", "in full batches");
        sketch.box(780, 250, 120, 130, theme.blue(), "store", "first writer wins");
        sketch.arrow(270, 154, 150, 246, theme.ink(), "");
        sketch.text(120, 200, 90, Font.BOLD, 12, "not found");
        sketch.arrow(530, 154, 200, 246, Theme.VERMILION, "");
        sketch.text(330, 222, 160, Font.BOLD, 12, "damaged: a miss");
        sketch.arrow(234, 315, 306, 315, theme.ink(), "");
        sketch.arrow(514, 315, 586, 315, theme.ink(), "no");
        sketch.arrow(724, 315, 776, 315, theme.ink(), "");
        sketch.arrow(470, 246, 760, 154, Theme.GREEN, "");
        sketch.text(590, 186, 60, Font.BOLD, 12, "yes");
        sketch.arrow(840, 246, 840, 154, theme.ink(), "");
    }
}
