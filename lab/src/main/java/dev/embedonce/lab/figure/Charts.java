package dev.embedonce.lab.figure;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;

/** The look of all charts. */
final class Charts {
    private static final float HAIRLINE = 0.7f;

    private Charts() {}

    static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    /** A solid, dashed or dotted line. */
    static BasicStroke stroke(float width, float... dash) {
        return new BasicStroke(
                width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, dash.length == 0 ? null : dash, 0f);
    }

    static void style(AxesChartStyler styler, Theme theme) {
        styler.setChartBackgroundColor(theme.background());
        styler.setPlotBackgroundColor(theme.background());
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(theme.faint());
        styler.setPlotGridLinesStroke(stroke(HAIRLINE));
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setChartFontColor(theme.ink());
        styler.setChartTitleFont(font(Font.BOLD, 13));
        styler.setChartTitleFontColor(theme.ink());
        styler.setChartTitleBoxVisible(false);
        styler.setAxisTickLabelsColor(theme.ink());
        styler.setAxisTickLabelsFont(font(Font.PLAIN, 11));
        styler.setAxisTickMarksColor(theme.faint());
        styler.setAxisTitleFont(font(Font.PLAIN, 12));
        styler.setXAxisTitleColor(theme.ink());
        styler.setYAxisTitleColor(theme.ink());
        styler.setLegendVisible(false);
        styler.setLegendFont(font(Font.PLAIN, 12));
        styler.setLegendBackgroundColor(theme.background());
        styler.setLegendBorderColor(theme.background());
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setAntiAlias(true);
        styler.setDecimalPattern("#,##0.##");
    }

    static void background(Graphics2D g, Theme theme, int width, int height) {
        g.setColor(theme.background());
        g.fillRect(0, 0, width, height);
    }

    /** Draws a chart as one panel of a figure. */
    static void paint(Chart<?, ?> chart, Graphics2D g, int x, int y, int width, int height) {
        AffineTransform before = g.getTransform();
        g.translate(x, y);
        chart.paint(g, width, height);
        g.setTransform(before);
        g.setClip(null);
    }

    /** An entry of a legend that several panels share. */
    record Key(String text, Color colour, BasicStroke line, boolean box) {
        static Key line(String text, Color colour, BasicStroke line) {
            return new Key(text, colour, line, false);
        }

        static Key box(String text, Color colour) {
            return new Key(text, colour, stroke(1), true);
        }
    }

    /** Draws legend entries in one row, centred. */
    static void legend(Graphics2D g, Theme theme, int width, int y, Key... keys) {
        g.setFont(font(Font.PLAIN, 12));
        int symbol = 26;
        int gap = 22;
        int total = -gap;
        for (Key key : keys) {
            total += symbol + 6 + g.getFontMetrics().stringWidth(key.text()) + gap;
        }
        int x = (width - total) / 2;
        for (Key key : keys) {
            g.setColor(key.colour());
            if (key.box()) {
                g.fillRect(x + 6, y - 10, 14, 12);
            } else {
                g.setStroke(key.line());
                g.drawLine(x, y - 4, x + symbol, y - 4);
            }
            g.setColor(theme.ink());
            g.drawString(key.text(), x + symbol + 6, y);
            x += symbol + 6 + g.getFontMetrics().stringWidth(key.text()) + gap;
        }
    }
}
