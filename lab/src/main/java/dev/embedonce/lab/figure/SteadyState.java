package dev.embedonce.lab.figure;

import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.experiment.ChurnRow;
import dev.embedonce.lab.experiment.ChurnSummary;
import dev.embedonce.lab.experiment.Phases;
import dev.embedonce.lab.experiment.Strategy;
import java.awt.Color;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.internal.chartpart.Chart;

/** Figure 2. */
record SteadyState(List<ChurnRow> rows) implements Figure {
    private record Part(String name, Color colour, ToDoubleFunction<Phases> seconds) {}

    @Override
    public int number() {
        return 2;
    }

    @Override
    public String caption() {
        return "Wall time of one cycle after the first, on average, and where it goes. pHash has to decode every picture before it can hash it,"
                + " which counts as hashing.";
    }

    @Override
    public int width() {
        return ChurnPanels.WIDTH;
    }

    @Override
    public int height() {
        return ChurnPanels.HEIGHT;
    }

    private static List<Part> parts(Theme theme) {
        return List.of(
                new Part("encoder", Theme.ORANGE, Phases::encode),
                new Part("decode and resize", Theme.SKY, Phases::prepare),
                new Part("hash and look up", theme.blue(), Phases::hashAndLookup),
                new Part("store", Theme.PURPLE, Phases::store));
    }

    @Override
    public void draw(Graphics2D g, Theme theme) {
        ChurnPanels.draw(
                g,
                theme,
                churn -> panel(churn, theme),
                parts(theme).stream()
                        .map(part -> Charts.Key.box(part.name(), part.colour()))
                        .toArray(Charts.Key[]::new));
    }

    private Chart<?, ?> panel(Churn churn, Theme theme) {
        CategoryChart chart = new CategoryChart(400, 300);
        chart.setTitle(churn.label());
        chart.setYAxisTitle("seconds per cycle");
        Charts.style(chart.getStyler(), theme);
        chart.getStyler().setStacked(true);
        chart.getStyler().setAvailableSpaceFill(0.55);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(highest(theme));
        List<String> labels = Stream.of(Strategy.values()).map(Strategy::label).toList();
        for (Part part : parts(theme)) {
            List<Double> seconds = new ArrayList<>();
            for (Strategy strategy : Strategy.values()) {
                seconds.add(ChurnSummary.of(rows, churn, strategy)
                        .steady(row -> part.seconds().applyAsDouble(row.phases())));
            }
            CategorySeries series = chart.addSeries(part.name(), labels, seconds);
            series.setFillColor(part.colour());
            series.setLineColor(part.colour());
        }
        return chart;
    }

    /** All panels have the same scale. */
    private double highest(Theme theme) {
        return Stream.of(Churn.values())
                .flatMap(churn -> Stream.of(Strategy.values()).map(strategy -> ChurnSummary.of(rows, churn, strategy)))
                .mapToDouble(summary -> summary.steady(row -> parts(theme).stream()
                        .mapToDouble(part -> part.seconds().applyAsDouble(row.phases()))
                        .sum()))
                .max()
                .orElse(1);
    }
}
