package dev.embedonce.lab.figure;

import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.experiment.ChurnRow;
import dev.embedonce.lab.experiment.ChurnSummary;
import dev.embedonce.lab.experiment.Strategy;
import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Figure 3. */
record CumulativeEncoderTime(List<ChurnRow> rows) implements Figure {
    @Override
    public int number() {
        return 3;
    }

    @Override
    public String caption() {
        return "Encoder time added up over the cycles, for each kind of churn. Without a cache every cycle costs the same. SHA-256 pays for"
                + " every changed file, ours for pixels that are new, pHash for what looks new; Table 1 says how many of its answers were"
                + " wrong for it.";
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
                key(Strategy.NONE, theme),
                key(Strategy.SHA, theme),
                key(Strategy.PHASH, theme),
                key(Strategy.OURS, theme));
    }

    private static Charts.Key key(Strategy strategy, Theme theme) {
        return Charts.Key.line(strategy.label(), theme.of(strategy), line(strategy));
    }

    /** The thinner lines are drawn last and have gaps, so that all are visible where they coincide. */
    static BasicStroke line(Strategy strategy) {
        return switch (strategy) {
            case NONE -> Charts.stroke(2f);
            case SHA -> Charts.stroke(4.5f);
            case PHASH -> Charts.stroke(2.2f, 2f, 3f);
            case OURS -> Charts.stroke(2.2f, 9f, 5f);
        };
    }

    private Chart<?, ?> panel(Churn churn, Theme theme) {
        XYChart chart = new XYChart(400, 300);
        chart.setTitle(churn.label());
        chart.setXAxisTitle("cycle");
        chart.setYAxisTitle("encoder seconds, total");
        Charts.style(chart.getStyler(), theme);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setXAxisMin(1.0);
        chart.getStyler().setYAxisMax(highest());
        for (Strategy strategy : List.of(Strategy.NONE, Strategy.SHA, Strategy.OURS, Strategy.PHASH)) {
            List<Double> sums = ChurnSummary.of(rows, churn, strategy)
                    .cumulative(row -> row.phases().encode());
            List<Integer> cycles = IntStream.rangeClosed(1, sums.size()).boxed().toList();
            XYSeries series = chart.addSeries(strategy.label(), cycles, sums);
            series.setLineColor(theme.of(strategy));
            series.setLineStyle(line(strategy));
            series.setMarker(SeriesMarkers.NONE);
        }
        return chart;
    }

    /** All panels have the same scale. */
    private double highest() {
        return Stream.of(Churn.values())
                .flatMap(churn -> Stream.of(Strategy.values()).map(strategy -> ChurnSummary.of(rows, churn, strategy)))
                .mapToDouble(summary -> summary.total(row -> row.phases().encode()))
                .max()
                .orElse(1);
    }
}
