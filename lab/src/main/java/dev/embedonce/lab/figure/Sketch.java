package dev.embedonce.lab.figure;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.util.ArrayList;
import java.util.List;

/** Boxes, arrows and wrapped text of diagrams. Not thread-safe. */
final class Sketch {
    private static final int PADDING = 12;
    private static final int CORNER = 14;

    private final Graphics2D g;
    private final Theme theme;

    Sketch(Graphics2D g, Theme theme) {
        this.g = g;
        this.theme = theme;
    }

    /** A box with a heading and text below it. */
    void box(int x, int y, int width, int height, Color edge, String heading, String text) {
        g.setColor(theme.panel());
        g.fillRoundRect(x, y, width, height, CORNER, CORNER);
        g.setColor(edge);
        g.setStroke(Charts.stroke(2f));
        g.drawRoundRect(x, y, width, height, CORNER, CORNER);
        int below = text(x + PADDING, y + PADDING + 12, width - 2 * PADDING, Font.BOLD, 13, heading);
        text(x + PADDING, below + 6, width - 2 * PADDING, Font.PLAIN, 12, text);
    }

    /**
     * Text wrapped at spaces.
     *
     * @param y the first baseline
     * @return the baseline after the last
     */
    int text(int x, int y, int width, int style, int size, String text) {
        g.setFont(Charts.font(style, size));
        g.setColor(theme.ink());
        int line = size + 5;
        int at = y;
        for (String part : wrapped(text, width, g.getFontMetrics())) {
            g.drawString(part, x, at);
            at += line;
        }
        return at;
    }

    /** Text in a monospaced font, not wrapped. */
    void code(int x, int y, int size, String text) {
        g.setFont(new Font(Font.MONOSPACED, Font.PLAIN, size));
        g.setColor(theme.ink());
        g.drawString(text, x, y);
    }

    private static List<String> wrapped(String text, int width, FontMetrics metrics) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (metrics.stringWidth(longer) > width && !line.isEmpty()) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(word);
            } else {
                line.setLength(0);
                line.append(longer);
            }
        }
        if (!line.isEmpty()) {
            lines.add(line.toString());
        }
        return lines;
    }

    /** A straight arrow with a word above its middle. */
    void arrow(int x1, int y1, int x2, int y2, Color colour, String word) {
        g.setColor(colour);
        g.setStroke(Charts.stroke(2f));
        double angle = Math.atan2(y2 - y1, x2 - x1);
        int size = 9;
        g.drawLine(x1, y1, (int) (x2 - size * 0.8 * Math.cos(angle)), (int) (y2 - size * 0.8 * Math.sin(angle)));
        Polygon head = new Polygon();
        head.addPoint(x2, y2);
        for (int side = -1; side <= 1; side += 2) {
            head.addPoint((int) Math.round(x2 - size * Math.cos(angle + side * 0.45)), (int)
                    Math.round(y2 - size * Math.sin(angle + side * 0.45)));
        }
        g.fill(head);
        if (!word.isEmpty()) {
            g.setFont(Charts.font(Font.BOLD, 12));
            FontMetrics metrics = g.getFontMetrics();
            boolean vertical = Math.abs(x2 - x1) < Math.abs(y2 - y1);
            int x = vertical ? (x1 + x2) / 2 + 8 : (x1 + x2 - metrics.stringWidth(word)) / 2;
            int y = vertical ? (y1 + y2) / 2 + 4 : (y1 + y2) / 2 - 7;
            g.setColor(theme.ink());
            g.drawString(word, x, y);
        }
    }
}
