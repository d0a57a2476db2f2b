package dev.embedonce.lab.mesh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The words of a text file with their lines, without comments and empty lines. Not thread-safe. */
final class Tokens {
    /** The words of one line; {@code number} counts from 1. */
    record Line(int number, List<String> words) {}

    private final String file;
    private final List<Line> lines = new ArrayList<>();
    private final int lastLine;
    private int next;

    Tokens(String file, String text) {
        this.file = file;
        String[] all = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < all.length; i++) {
            int comment = all[i].indexOf('#');
            String content = (comment < 0 ? all[i] : all[i].substring(0, comment)).strip();
            if (!content.isEmpty()) {
                lines.add(new Line(i + 1, Arrays.asList(content.split("\\s+"))));
            }
        }
        this.lastLine = all.length;
    }

    boolean hasNext() {
        return next < lines.size();
    }

    Line next(String wanted) {
        if (!hasNext()) {
            throw broken(lastLine, "the file ends; expected " + wanted);
        }
        return lines.get(next++);
    }

    double coordinate(Line line, int at) {
        String word = word(line, at, "a coordinate");
        try {
            double value = Double.parseDouble(word);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // the same message as for infinity
        }
        throw broken(line.number(), "expected a coordinate; found '" + word + "'");
    }

    int whole(Line line, int at, String wanted) {
        String word = word(line, at, wanted);
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw broken(line.number(), "expected " + wanted + "; found '" + word + "'");
        }
    }

    private String word(Line line, int at, String wanted) {
        if (at >= line.words().size()) {
            throw broken(line.number(), "the line ends; expected " + wanted);
        }
        return line.words().get(at);
    }

    MeshFormatException broken(int line, String reason) {
        return new MeshFormatException(file, line, reason);
    }
}
