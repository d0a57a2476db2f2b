package dev.embedonce.lab.figure;

import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.experiment.ChurnRow;
import dev.embedonce.lab.experiment.ChurnSummary;
import dev.embedonce.lab.experiment.Strategy;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Figure 4. */
record HitRate(List<ChurnRow> rows) implements Figure {
    private static final String RIGHT = "pHash, right answers among its hits";

    @Override
    public int number() {
        return 4;
    }

    @Override
    public String caption() {
        return "Images that were not encoded, per cycle and kind of churn. Wrong answers in all: SHA-256 "
                + wrong(Strategy.SHA)
                + ", pHash " + wrong(Strategy.PHASH) + ", ours " + wrong(Strategy.OURS)
                + ". The purple line is what is left of pHash's hit rate when its wrong answers are taken away.";
    }

    private long wrong(Strategy strategy) {
        return rows.stream()
                .filter(row -> row.strategy() == strategy)
                .mapToLong(row -> row.wrong().bitDifferent())
                .sum();
    }

    @Override
    public int width() {
        return ChurnPanels.WIDTH;
    }

    @Override
    public int height() {
        return ChurnPanels.HEIGHT;
    }

    @Override
    public void draw(Graphics2D g, Theme theme) {
        ChurnPanels.draw(
                g,
                theme,
                churn -> panel(churn, theme),
                Charts.Key.line(Strategy.SHA.label(), theme.of(Strategy.SHA), CumulativeEncoderTime.line(Strategy.SHA)),
                Charts.Key.line(
                        Strategy.PHASH.label(), theme.of(Strategy.PHASH), CumulativeEncoderTime.line(Strategy.PHASH)),
                Charts.Key.line(RIGHT, Theme.PURPLE, Charts.stroke(3.4f)),
                Charts.Key.line(
                        Strategy.OURS.label(), theme.of(Strategy.OURS), CumulativeEncoderTime.line(Strategy.OURS)));
    }

    private Chart<?, ?> panel(Churn churn, Theme theme) {
        XYChart chart = new XYChart(400, 300);
        chart.setTitle(churn.label());
        chart.setXAxisTitle("cycle");
        chart.setYAxisTitle("not encoded");
        Charts.style(chart.getStyler(), theme);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(1.0);
        chart.getStyler().setXAxisMin(1.0);
        chart.getStyler().setYAxisTickLabelsFormattingFunction(value -> Math.round(100 * value) + " %");
        add(chart, churn, Strategy.SHA, Strategy.SHA.label(), theme.of(Strategy.SHA), ChurnRow::hitRate);
        add(chart, churn, Strategy.PHASH, RIGHT, Theme.PURPLE, HitRate::rightHits);
        add(chart, churn, Strategy.OURS, Strategy.OURS.label(), theme.of(Strategy.OURS), ChurnRow::hitRate);
        add(chart, churn, Strategy.PHASH, Strategy.PHASH.label(), theme.of(Strategy.PHASH), ChurnRow::hitRate);
        return chart;
    }

    /** Only hits can be wrong: what has just been encoded is the encoder's vector. */
    private static double rightHits(ChurnRow row) {
        return row.hitRate() - (double) row.wrong().bitDifferent() / row.images();
    }

    private void add(
            XYChart chart,
            Churn churn,
            Strategy strategy,
            String name,
            Color colour,
            ToDoubleFunction<ChurnRow> value) {
        List<ChurnRow> of = ChurnSummary.of(rows, churn, strategy).rows();
        XYSeries series = chart.addSeries(
                name,
                of.stream().map(row -> row.cycle() + 1).toList(),
                of.stream().mapToDouble(value).boxed().toList());
        BasicStroke line = name.equals(RIGHT) ? Charts.stroke(3.4f) : CumulativeEncoderTime.line(strategy);
        series.setLineColor(colour);
        series.setLineStyle(line);
        series.setMarker(SeriesMarkers.NONE);
    }
}
