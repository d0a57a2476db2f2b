package dev.embedonce.vlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatModelFilesTest {
    @TempDir
    Path folder;

    private final ChatModelFiles files = new ChatModelFiles();

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "vocab.json,merges.txt", "tiktoken.model", "tokenizer.model"})
    void everyFormOfTokenizer_isDownloaded(String form) throws IOException {
        Set<String> available = new HashSet<>(Set.of(
                "config.json",
                "model.safetensors",
                "tokenizer_config.json",
                "added_tokens.json",
                "special_tokens_map.json",
                "README.md"));
        available.addAll(List.of(form.split(",")));
        List<String> missing = files.missing(folder, available);
        available.remove("README.md");
        assertThat(missing).containsExactlyInAnyOrderElementsOf(available);

        for (String name : missing) {
            assertThat(files.isComplete(folder)).isFalse();
            Files.createFile(folder.resolve(name));
        }
        assertThat(files.isComplete(folder)).isTrue();
        assertThat(files.missing(folder, available)).isEmpty();
    }

    @Test
    void ofSeveralForms_onlyTheOneThatIsRead_isDownloaded() {
        List<String> missing = files.missing(
                folder,
                Set.of(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "vocab.json",
                        "merges.txt",
                        "tokenizer.model"));
        assertThat(missing).contains("tokenizer.json").doesNotContain("vocab.json", "merges.txt", "tokenizer.model");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config.json,model.safetensors",
                "config.json,model.safetensors,vocab.json",
                "config.json,tokenizer.json",
                "tokenizer.json,model.safetensors"
            })
    void modelWithoutWhatIsNeeded_isRefused(String available) {
        assertThatThrownBy(() -> files.missing(folder, new HashSet<>(Arrays.asList(available.split(",")))))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll("config.json", "tokenizer.json", "model.safetensors");
    }
}
