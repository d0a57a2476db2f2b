package dev.embedonce.lab.report;

import java.util.List;

/** Collects HTML. Text is escaped; methods that take markup say so in their names. Not thread-safe. */
final class Html {
    private final StringBuilder out = new StringBuilder();

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** Markup, not escaped. */
    Html markup(String html) {
        out.append(html).append('\n');
        return this;
    }

    Html heading(String id, String text) {
        return markup("<h2 id=\"" + id + "\">" + escape(text) + "</h2>");
    }

    Html paragraph(String text) {
        return markup("<p>" + escape(text) + "</p>");
    }

    Html list(List<String> items) {
        out.append("<ul>");
        items.forEach(item -> out.append("<li>").append(escape(item)).append("</li>"));
        return markup("</ul>");
    }

    /** The head of a table, which can be scrolled sideways on a narrow screen. */
    Html tableStart(String caption, String... columns) {
        out.append("<div class=\"scroll\"><table><caption>")
                .append(escape(caption))
                .append("</caption><thead><tr>");
        for (String column : columns) {
            out.append("<th scope=\"col\">").append(escape(column)).append("</th>");
        }
        return markup("</tr></thead><tbody>");
    }

    /** A row whose first cell is its name. */
    Html row(String style, String... cells) {
        out.append(style.isEmpty() ? "<tr>" : "<tr class=\"" + style + "\">");
        for (int i = 0; i < cells.length; i++) {
            String tag = i == 0 ? "th scope=\"row\"" : "td";
            out.append('<').append(tag).append('>').append(escape(cells[i]));
            out.append("</").append(i == 0 ? "th" : "td").append('>');
        }
        return markup("</tr>");
    }

    /** A line across the table that says what the rows below are about. */
    Html group(int columns, String text) {
        return markup("<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"" + columns + "\">" + escape(text)
                + "</th></tr>");
    }

    Html tableEnd() {
        return markup("</tbody></table></div>");
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
