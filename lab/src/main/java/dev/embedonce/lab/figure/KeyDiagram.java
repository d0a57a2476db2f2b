package dev.embedonce.lab.figure;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;

/** Figure 1. */
record KeyDiagram() implements Figure {
    private static final int WIDTH = 920;
    private static final int HEIGHT = 356;

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String caption() {
        return "The three parts of the key, and what goes wrong without each. The first two are derived from content, so that nobody can forget"
                + " to raise them.";
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
        sketch.text(20, 30, WIDTH - 40, Font.BOLD, 15, "One vector lies under one key of three parts");
        part(
                sketch,
                0,
                theme.blue(),
                "modelVersion",
                "Which encoder: its architecture and a digest of its weights, numeric mode and pooling.",
                "A new model is answered with the old model's vectors.");
        part(
                sketch,
                1,
                Theme.PURPLE,
                "preprocVersion",
                "Which pixels: decoder, resize, crop, mean and deviation, as one digest.",
                "Another crop or size is answered with vectors of pixels that the encoder never saw.");
        part(
                sketch,
                2,
                Theme.GREEN,
                "contentHash",
                "Which image: the full SHA-256 of its bytes. Never a path, never a perceptual hash.",
                "An edit in place stays unseen; a look-alike gets another image's vector.");
    }

    private static void part(Sketch sketch, int number, Color colour, String name, String what, String without) {
        int width = 280;
        int x = 20 + number * (width + 20);
        sketch.box(x, 50, width, 112, colour, name, what);
        sketch.arrow(x + width / 2, 166, x + width / 2, 216, Theme.VERMILION, "leave it out");
        sketch.box(x, 220, width, 112, Theme.VERMILION, "wrong in silence", without);
    }
}
