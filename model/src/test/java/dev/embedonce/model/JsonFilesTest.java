package dev.embedonce.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFilesTest {
    @TempDir
    Path folder;

    @Test
    void file_isReadOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), "{\"a\": 1}");
        JsonFiles files = new JsonFiles(folder);
        assertThat(files.required("config.json").positive("a")).isEqualTo(1);
        Files.writeString(file, "{\"a\": 2}");

        assertThat(files.required("config.json").positive("a")).isEqualTo(1);
        assertThat(new JsonFiles(folder).required("config.json").positive("a")).isEqualTo(2);
    }

    @Test
    void missingFile_isNone_andRefusedWhereItIsRequired() {
        JsonFiles files = new JsonFiles(folder);
        assertThat(files.tree("x.json")).isEmpty();
        assertThat(files.config("x.json")).isEmpty();
        assertThat(files.object("x.json")).isEmpty();
        assertThatThrownBy(() -> files.required("x.json"))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage(folder.resolve("x.json") + ": no such file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"[1];expected a JSON object, found ARRAY", "{;not JSON: ", "'';found MISSING"})
    void damagedFile_isNamed(String content, String reason) throws IOException {
        Files.writeString(folder.resolve("x.json"), content);
        assertThatThrownBy(() -> new JsonFiles(folder).config("x.json"))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll("x.json: ", reason);
    }
}
