package dev.embedonce.bench.report;

import dev.embedonce.bench.measure.Result;
import dev.embedonce.bench.measure.Row;
import dev.embedonce.bench.suite.EmbedGrowth;
import dev.embedonce.bench.suite.Growth;
import dev.embedonce.lab.figure.Figure;
import dev.embedonce.lab.figure.FigureWriter;
import dev.embedonce.lab.figure.Theme;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The cost of one picture against a number that grows, on a logarithmic scale, which costs that are far apart have too.
 *
 * @param growth lines whose names end with {@link Growth#AT} and that number
 * @param unit of the lines that are drawn
 * @param more what grows
 * @param cost what the unit means
 */
public record GrowthFigure(Result growth, String unit, String more, String cost) implements Figure {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 440;
    private static final float LINE = 2.5f;
    private static final double FAR_APART = 20;

    private record Line(List<Double> rows, List<Double> micros) {}

    /** A warm pass against the rows of a store. */
    public static GrowthFigure ofRows(Result growth) {
        return new GrowthFigure(growth, Growth.UNIT, "rows in the store", "microseconds a picture");
    }

    /** The command {@code embed} against the files that it is given. */
    public static GrowthFigure ofFiles(Result growth) {
        return new GrowthFigure(growth, EmbedGrowth.UNIT, "files", "microseconds a file");
    }

    /** Writes {@code NAME.svg}, {@code NAME-dark.svg} and {@code NAME.png}, under the benchmark's name. */
    public void write(Path folder) throws IOException {
        Path work = Files.createTempDirectory("growth");
        new FigureWriter().write(this, work);
        Files.createDirectories(folder);
        for (String end : List.of(".svg", "-dark.svg", ".png")) {
            Path drawn = work.resolve("figure-" + number() + end);
            Files.move(drawn, folder.resolve(growth.benchmark() + end), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.delete(work);
    }

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String caption() {
        return "Warm: " + cost + " against " + more + ".";
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
        g.setColor(theme.background());
        g.fillRect(0, 0, WIDTH, HEIGHT);
        XYChart chart = new XYChart(WIDTH, HEIGHT);
        chart.setXAxisTitle(more);
        chart.setYAxisTitle(cost);
        style(chart.getStyler(), theme);
        scaleCosts(chart.getStyler());
        Color[] colours = {theme.ink(), new Color(0x009E73), new Color(0xE69F00), new Color(0xD55E00)};
        int next = 0;
        for (Map.Entry<String, Line> line : lines().entrySet()) {
            XYSeries series = chart.addSeries(
                    line.getKey(), line.getValue().rows(), line.getValue().micros());
            series.setLineColor(colours[next % colours.length]);
            series.setMarkerColor(colours[next++ % colours.length]);
            series.setLineStyle(new BasicStroke(LINE));
            series.setMarker(SeriesMarkers.CIRCLE);
        }
        chart.paint(g, WIDTH, HEIGHT);
    }

    private static void style(XYStyler styler, Theme theme) {
        styler.setChartBackgroundColor(theme.background());
        styler.setPlotBackgroundColor(theme.background());
        styler.setPlotGridLinesColor(theme.faint());
        styler.setPlotBorderVisible(false);
        styler.setChartFontColor(theme.ink());
        styler.setAxisTickLabelsColor(theme.ink());
        styler.setXAxisTitleColor(theme.ink());
        styler.setYAxisTitleColor(theme.ink());
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setLegendBackgroundColor(theme.background());
        styler.setLegendBorderColor(theme.background());
        styler.setXAxisLogarithmic(true);
        styler.setXAxisDecimalPattern("#,###");
        styler.setYAxisDecimalPattern("#,###");
    }

    private void scaleCosts(XYStyler styler) {
        DoubleSummaryStatistics costs = lines().values().stream()
                .flatMap(line -> line.micros().stream())
                .mapToDouble(Double::doubleValue)
                .summaryStatistics();
        if (costs.getMax() > FAR_APART * costs.getMin()) {
            styler.setYAxisLogarithmic(true);
        } else {
            styler.setYAxisMin(0.0);
        }
    }

    /** The lines by contender. */
    private Map<String, Line> lines() {
        Map<String, Line> lines = new LinkedHashMap<>();
        for (Row row : growth.rows()) {
            if (row.unit().equals(unit)) {
                int at = row.contender().lastIndexOf(Growth.AT);
                Line line = lines.computeIfAbsent(
                        row.contender().substring(0, at), c -> new Line(new ArrayList<>(), new ArrayList<>()));
                line.rows().add(Double.valueOf(row.contender().substring(at + Growth.AT.length())));
                line.micros().add(row.value().median());
            }
        }
        return lines;
    }
}
