package dev.embedonce.lab.report;

import dev.embedonce.lab.figure.Figure;
import dev.embedonce.lab.figure.FigureWriter;
import dev.embedonce.lab.figure.Theme;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A figure inside of the page: one drawing for light screens, one for dark. */
final class FigureMarkup {
    private FigureMarkup() {}

    static String of(Figure figure, FigureWriter writer) {
        String caption = Html.escape(figure.caption());
        return "<figure id=\"figure-" + figure.number() + "\"><picture>"
                + "<source media=\"(prefers-color-scheme: dark)\" srcset=\"" + data(writer.svg(figure, Theme.DARK))
                + "\">"
                + "<img src=\"" + data(writer.svg(figure, Theme.LIGHT)) + "\" width=\"" + figure.width()
                + "\" height=\""
                + figure.height() + "\" alt=\"" + caption + "\"></picture>"
                + "<figcaption><b>Figure " + figure.number() + ".</b> " + caption + "</figcaption></figure>";
    }

    private static String data(String svg) {
        return "data:image/svg+xml;base64," + Base64.getEncoder().encodeToString(svg.getBytes(StandardCharsets.UTF_8));
    }
}
