package dev.embedonce.lab.figure;

import dev.embedonce.lab.experiment.SweepRow;
import java.awt.Color;
import java.awt.Graphics2D;
import java.util.List;
import java.util.function.Predicate;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Figure 7. */
record Throughput(List<SweepRow> rows) implements Figure {
    private static final int WIDTH = 920;
    private static final int HEIGHT = 400;
    private static final int LEGEND = 30;

    @Override
    public int number() {
        return 7;
    }

    @Override
    public String caption() {
        return "Images per second against the batch size: without a cache, and with one that knows nine images of ten.";
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
        CategoryChart chart = new CategoryChart(WIDTH, HEIGHT - LEGEND);
        chart.setXAxisTitle("batch size");
        chart.setYAxisTitle("images per second");
        Charts.style(chart.getStyler(), theme);
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        chart.getStyler().setOverlapped(true);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setMarkerSize(8);
        add(chart, "no cache", theme.grey(), row -> row.hitsWanted() == 0);
        add(chart, "warm, 90 % hits", Theme.GREEN, row -> row.hitsWanted() > 0);
        Charts.paint(chart, g, 0, 0, WIDTH, HEIGHT - LEGEND);
        Charts.legend(
                g,
                theme,
                WIDTH,
                HEIGHT - 10,
                Charts.Key.line("no cache", theme.grey(), Charts.stroke(2.5f)),
                Charts.Key.line("warm, 90 % hits", Theme.GREEN, Charts.stroke(2.5f)));
    }

    private void add(CategoryChart chart, String name, Color colour, Predicate<SweepRow> which) {
        List<SweepRow> of = rows.stream().filter(which).toList();
        CategorySeries series = chart.addSeries(
                name,
                of.stream().map(row -> String.valueOf(row.batch())).toList(),
                of.stream().map(SweepRow::imagesPerSecond).toList());
        series.setLineColor(colour);
        series.setLineStyle(Charts.stroke(2.5f));
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(colour);
    }
}
