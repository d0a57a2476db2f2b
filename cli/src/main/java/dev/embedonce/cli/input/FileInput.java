package dev.embedonce.cli.input;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One file. */
record FileInput(Path file) implements ImageInput {
    @Override
    public OptionalLong count() {
        return OptionalLong.of(1);
    }

    @Override
    public ImageStream open() {
        return new ImageStream() {
            private @Nullable ImageItem rest = new FileItem(file);

            @Override
            public @Nullable ImageItem next() {
                ImageItem item = rest;
                rest = null;
                return item;
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }
}
