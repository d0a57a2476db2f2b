package dev.embedonce.lab.report;

import dev.embedonce.lab.figure.Figure;
import dev.embedonce.lab.figure.FigureWriter.Drawing;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A figure in the page: one drawing for light screens, one for dark ones. */
final class FigureMarkup {
    private FigureMarkup() {}

    static String of(Drawing drawing) {
        Figure figure = drawing.figure();
        String caption = Html.escape(figure.caption());
        return "<figure id=\"figure-" + figure.number() + "\"><picture>"
                + "<source media=\"(prefers-color-scheme: dark)\" srcset=\"" + data(drawing.dark())
                + "\">"
                + "<img src=\"" + data(drawing.light()) + "\" width=\"" + figure.width()
                + "\" height=\""
                + figure.height() + "\" alt=\"" + caption + "\"></picture>"
                + "<figcaption><b>Figure " + figure.number() + ".</b> " + caption + "</figcaption></figure>";
    }

    private static String data(String svg) {
        return "data:image/svg+xml;base64," + Base64.getEncoder().encodeToString(svg.getBytes(StandardCharsets.UTF_8));
    }
}
