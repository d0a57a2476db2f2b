package dev.embedonce.lab.figure;

import dev.embedonce.lab.experiment.Strategy;
import java.awt.Color;

/**
 * Colours of a figure. The hues are Okabe and Ito's, which people with any of the common kinds of colour blindness can
 * tell apart.
 *
 * @param id used in file names
 * @param background of the whole figure
 * @param ink text and frames
 * @param faint grid lines
 * @param panel boxes of diagrams
 * @param dark whether the background is dark
 */
public record Theme(String id, Color background, Color ink, Color faint, Color panel, boolean dark) {
    public static final Theme LIGHT =
            new Theme("light", Color.WHITE, new Color(0x222222), new Color(0xDDDDDD), new Color(0xF3F5F8), false);
    public static final Theme DARK =
            new Theme("dark", new Color(0x16191D), new Color(0xE6E6E6), new Color(0x3A4048), new Color(0x232830), true);

    static final Color ORANGE = new Color(0xE69F00);
    static final Color SKY = new Color(0x56B4E9);
    static final Color GREEN = new Color(0x009E73);
    static final Color VERMILION = new Color(0xD55E00);
    static final Color PURPLE = new Color(0xCC79A7);

    /** Blue, a little lighter on dark ground. */
    Color blue() {
        return dark ? new Color(0x3D95D6) : new Color(0x0072B2);
    }

    Color grey() {
        return dark ? new Color(0xA0A6AD) : new Color(0x777777);
    }

    /** Every strategy has one colour in all figures. */
    Color of(Strategy strategy) {
        return switch (strategy) {
            case NONE -> grey();
            case SHA -> blue();
            case PHASH -> VERMILION;
            case OURS -> GREEN;
        };
    }
}
