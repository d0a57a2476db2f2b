package dev.embedonce.lab.figure;

import dev.embedonce.lab.base.LabException;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SimpleImageHandler;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Turns figures into SVG and PNG without a screen. Text becomes outlines in the SVG, so that it looks the same
 * everywhere and nothing is cut off where another font would be wider.
 */
public final class FigureWriter {
    private static final String SVG = "http://www.w3.org/2000/svg";
    private static final int PNG_SCALE = 2;

    /**
     * A writer.
     *
     * @throws LabException if Java cannot draw text on this machine
     */
    public FigureWriter() {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        try {
            BufferedImage probe = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = probe.createGraphics();
            g.getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 8)).stringWidth("probe");
            g.dispose();
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new LabException(
                    "Java cannot draw text here, so no figure can be made; install fontconfig and a font such as DejaVu ("
                            + e + ")",
                    e);
        }
    }

    /**
     * A figure that has been drawn.
     *
     * @param light an SVG document for light screens
     * @param dark the same for dark ones
     */
    public record Drawing(Figure figure, String light, String dark) {}

    private static String svg(Figure figure, Theme theme) {
        Document document = document();
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
        context.setComment(null);
        context.setPrecision(2);
        context.setGenericImageHandler(new SimpleImageHandler(new EmbeddedPng()));
        SVGGraphics2D g = new SVGGraphics2D(context, true);
        smooth(g);
        figure.draw(g, theme);
        Element root = g.getRoot();
        root.setAttribute("viewBox", "0 0 " + figure.width() + " " + figure.height());
        root.setAttribute("width", String.valueOf(figure.width()));
        root.setAttribute("height", String.valueOf(figure.height()));
        root.setAttribute("role", "img");
        Element title = document.createElementNS(SVG, "title");
        title.setTextContent(figure.caption());
        root.insertBefore(title, root.getFirstChild());
        StringWriter text = new StringWriter();
        try {
            g.stream(root, text, false, false);
        } catch (IOException e) {
            throw new UncheckedIOException("a string does not fail", e);
        } finally {
            g.dispose();
        }
        return text.toString();
    }

    private static Document document() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(SVG, "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("every Java platform makes XML documents", e);
        }
    }

    private static BufferedImage pixels(Figure figure, Theme theme) {
        BufferedImage image =
                new BufferedImage(figure.width() * PNG_SCALE, figure.height() * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        smooth(g);
        g.scale(PNG_SCALE, PNG_SCALE);
        figure.draw(g, theme);
        g.dispose();
        return image;
    }

    /**
     * Draws a figure for light and dark screens and writes {@code figure-N.svg}, {@code figure-N-dark.svg} and {@code
     * figure-N.png}.
     *
     * @return the drawings
     */
    public Drawing write(Figure figure, Path folder) throws IOException {
        Files.createDirectories(folder);
        String name = "figure-" + figure.number();
        Drawing drawing = new Drawing(figure, svg(figure, Theme.LIGHT), svg(figure, Theme.DARK));
        Files.writeString(folder.resolve(name + ".svg"), drawing.light());
        Files.writeString(folder.resolve(name + "-dark.svg"), drawing.dark());
        ImageIO.write(
                pixels(figure, Theme.LIGHT),
                "png",
                folder.resolve(name + ".png").toFile());
        return drawing;
    }

    private static void smooth(Graphics2D g) {
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    }
}
