package dev.embedonce.demo;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/**
 * Pictures of shapes that the model was never trained on: drawn by another program than the one that drew its lessons.
 */
final class Drawing {
    private final BufferedImage picture;
    private final Graphics2D pen;

    /** An empty sheet of 128 x 96 pixels. */
    Drawing() {
        picture = new BufferedImage(128, 96, BufferedImage.TYPE_INT_RGB);
        pen = picture.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setColor(new Color(240, 240, 240));
        pen.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    }

    /** A circle of radius 15 about x, y. */
    Drawing circle(Color colour, int x, int y) {
        pen.setColor(colour);
        pen.fillOval(x - 15, y - 15, 30, 30);
        return this;
    }

    /** A square of side 26 about x, y. */
    Drawing square(Color colour, int x, int y) {
        pen.setColor(colour);
        pen.fillRect(x - 13, y - 13, 26, 26);
        return this;
    }

    byte[] png() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
