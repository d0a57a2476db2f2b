package dev.embedonce.cli.input;

import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One path or {@code file:} URI a line, read as it arrives, whatever the locale: a path is its bytes. Blank lines are
 * skipped.
 */
record ListInput(InputStream lines) implements ImageInput {
    @Override
    public OptionalLong count() {
        return OptionalLong.empty();
    }

    @Override
    public ImageStream open() {
        InputStream in = new BufferedInputStream(lines);
        return new ImageStream() {
            @Override
            public @Nullable ImageItem next() throws IOException {
                byte[] line = line(in);
                while (line != null && isBlank(line)) {
                    line = line(in);
                }
                return line == null ? null : item(line);
            }

            @Override
            public void close() {
                // standard input is not ours to close
            }
        };
    }

    /** The next line without its end, or null if there is none. */
    private static byte @Nullable [] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            line.write(next);
            next = in.read();
        }
        byte[] bytes = line.toByteArray();
        boolean endsInReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        return endsInReturn ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }

    private static boolean isBlank(byte[] line) {
        return new String(line, StandardCharsets.UTF_8).isBlank();
    }

    private static ImageItem item(byte[] line) {
        try {
            String text = FileNames.utf8(line);
            return ImageItem.of(text, FileNames.path(text));
        } catch (InvalidPathException e) {
            return ImageItem.unreadable(new String(line, StandardCharsets.UTF_8), "not a path");
        } catch (CharacterCodingException e) {
            return FileNames.item(FileNames.path(Path.of(""), line));
        }
    }
}
