package dev.embedonce.lab.figure;

import dev.embedonce.lab.corpus.Churn;
import java.awt.Graphics2D;
import java.util.function.Function;
import org.knowm.xchart.internal.chartpart.Chart;

/** A figure of four panels, one for each kind of churn, with one legend below. */
final class ChurnPanels {
    static final int WIDTH = 920;
    static final int HEIGHT = 640;
    private static final int LEGEND = 34;

    private ChurnPanels() {}

    static void draw(Graphics2D g, Theme theme, Function<Churn, Chart<?, ?>> panel, Charts.Key... legend) {
        Charts.background(g, theme, WIDTH, HEIGHT);
        int width = WIDTH / 2;
        int height = (HEIGHT - LEGEND) / 2;
        int number = 0;
        for (Churn churn : Churn.values()) {
            Charts.paint(panel.apply(churn), g, number % 2 * width, number / 2 * height, width, height);
            number++;
        }
        Charts.legend(g, theme, WIDTH, HEIGHT - 12, legend);
    }
}
