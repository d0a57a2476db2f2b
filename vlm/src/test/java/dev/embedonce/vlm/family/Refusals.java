package dev.embedonce.vlm.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.load.FamilyFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Models that are like a golden one but for a few words in a file, and cannot be opened. */
public final class Refusals {
    private Refusals() {}

    /**
     * Requires that a model is refused.
     *
     * @param temp for the model's files
     * @param model such as {@code llava}, as published
     * @param file in which {@code from} becomes {@code to}
     * @param says what the message must contain
     */
    public static void assertRefused(Path temp, String model, String file, String from, String to, String... says) {
        Path folder = Goldens.of(model, "published").model(temp.resolve("refused"));
        try {
            String before = Files.readString(folder.resolve(file));
            assertThat(before).contains(from);
            Files.writeString(folder.resolve(file), before.replace(from, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThatThrownBy(() ->
                        Families.open(FamilyFiles.of(folder), Goldens.OPTIONS).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll(says);
    }
}
