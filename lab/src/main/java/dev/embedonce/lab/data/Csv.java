package dev.embedonce.lab.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A table as comma-separated values (RFC 4180, except that lines end with a line feed). Not thread-safe. */
final class Csv {
    private final StringBuilder text = new StringBuilder();
    private final int columns;

    Csv(String... header) {
        this.columns = header.length;
        row((Object[]) header);
    }

    /**
     * Adds a row: integers as they are, other numbers with at most six significant digits, text quoted where necessary.
     */
    final void row(Object... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException(cells.length + " cells in a table of " + columns + " columns");
        }
        for (int i = 0; i < cells.length; i++) {
            text.append(i == 0 ? "" : ",").append(cell(cells[i]));
        }
        text.append('\n');
    }

    private static String cell(Object value) {
        if (value instanceof Double number) {
            return number == Math.rint(number) && Math.abs(number) < 1e15
                    ? String.valueOf(number.longValue())
                    : String.format(Locale.ROOT, "%.6g", number);
        }
        String word = value.toString();
        return word.matches("(?s).*[,\"\n].*") ? '"' + word.replace("\"", "\"\"") + '"' : word;
    }

    void write(Path file) throws IOException {
        Files.writeString(file, text);
    }

    /** The whole table. */
    @Override
    public String toString() {
        return text.toString();
    }
}
