package dev.embedonce.lab.figure;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** Pictures inside figures. */
final class Pictures {
    private static final int SHARPNESS = 2;

    private Pictures() {}

    /** Draws a whole picture in the middle of a white square, scaled down so that the figure's file stays small. */
    static void fit(Graphics2D g, BufferedImage image, int x, int y, int side) {
        g.setColor(Color.WHITE);
        g.fillRect(x, y, side, side);
        double scale = Math.min((double) side / image.getWidth(), (double) side / image.getHeight());
        int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
        int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
        BufferedImage small = scale * SHARPNESS < 1 ? scaled(image, width * SHARPNESS, height * SHARPNESS) : image;
        g.drawImage(small, x + (side - width) / 2, y + (side - height) / 2, width, height, null);
    }

    private static BufferedImage scaled(BufferedImage image, int width, int height) {
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = small.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.drawImage(image, 0, 0, width, height, null);
        g.dispose();
        return small;
    }
}
