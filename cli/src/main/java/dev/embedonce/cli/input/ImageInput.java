package dev.embedonce.cli.input;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.embed.ImageStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A source of images that is opened, counted where that is cheap, and read once, in a fixed order. */
public interface ImageInput {
    /** How many images there are, if that is known already. */
    OptionalLong count();

    /** Starts reading; close it. Not thread-safe. */
    ImageStream open() throws IOException;

    /**
     * Opens what the arguments of a command name.
     *
     * @param arguments folders, files, globs, tables (.parquet, .csv), {@code file:} URIs, or {@code -} for a list of
     *     files on {@code standardInput}
     * @param column the column of a table to take; null to find it by name
     * @throws CliException if one of them does not exist or matches nothing
     */
    static ImageInput of(List<String> arguments, @Nullable String column, InputStream standardInput) {
        List<ImageInput> inputs = new ArrayList<>();
        for (String argument : arguments) {
            inputs.add(of(argument, column, standardInput));
        }
        return inputs.size() == 1 ? inputs.get(0) : new SeveralInputs(inputs);
    }

    private static ImageInput of(String argument, @Nullable String column, InputStream standardInput) {
        if (argument.equals("-")) {
            return new ListInput(standardInput);
        }
        Path path = path(argument);
        if (Files.isDirectory(path)) {
            return FolderInput.of(path);
        }
        if (Files.exists(path)) {
            String name = argument.toLowerCase(Locale.ROOT);
            boolean table = name.endsWith(".parquet") || name.endsWith(".csv");
            return table ? new TableInput(path, column) : new FileInput(path);
        }
        if (argument.matches(".*[*?\\[{].*")) {
            return FolderInput.glob(argument);
        }
        throw new CliException("no such file or folder: " + argument);
    }

    private static Path path(String argument) {
        try {
            return FileNames.path(argument);
        } catch (InvalidPathException e) {
            throw new CliException("not a path: " + argument);
        }
    }
}
