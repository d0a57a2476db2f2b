package dev.embedonce.lab.figure;

import java.awt.Graphics2D;

/** A drawing of fixed size. */
public interface Figure {
    /** 1 to 8, as in the article. */
    int number();

    /** What it shows, in one sentence. */
    String caption();

    /** In units of the drawing, which are pixels at scale 1. */
    int width();

    /** In units of the drawing. */
    int height();

    /** Draws it with its top left corner at the origin, background included. */
    void draw(Graphics2D g, Theme theme);
}
