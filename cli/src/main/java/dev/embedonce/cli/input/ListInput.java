package dev.embedonce.cli.input;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One path a line, read as it comes. Blank lines are skipped. */
record ListInput(InputStream lines) implements ImageInput {
    @Override
    public OptionalLong count() {
        return OptionalLong.empty();
    }

    @Override
    public ImageStream open() {
        BufferedReader reader = new BufferedReader(new InputStreamReader(lines, StandardCharsets.UTF_8));
        return new ImageStream() {
            @Override
            public @Nullable ImageItem next() throws IOException {
                String line = reader.readLine();
                while (line != null && line.isBlank()) {
                    line = reader.readLine();
                }
                return line == null ? null : item(line);
            }

            @Override
            public void close() {
                // standard input is not ours to close
            }
        };
    }

    private static ImageItem item(String line) {
        try {
            return new FileItem(line, Path.of(line));
        } catch (InvalidPathException e) {
            return new UnreadableItem(line, "not a path");
        }
    }
}
