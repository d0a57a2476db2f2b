package dev.embedonce.cli.input;

import dev.embedonce.embed.ImageStream;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** One file. */
record FileInput(Path file) implements ImageInput {
    @Override
    public OptionalLong count() {
        return OptionalLong.of(1);
    }

    @Override
    public ImageStream open() {
        return ImageStream.of(List.of(FileNames.item(file)).iterator());
    }
}
