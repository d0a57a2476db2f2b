package dev.embedonce.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {
    @TempDir
    Path home;

    private HubSettings settings(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return HubSettings.of(environment, home);
    }

    @Test
    void cache_theNarrowestVariableCounts() {
        assertThat(settings().cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(settings("XDG_CACHE_HOME", "/xdg").cache()).isEqualTo(Path.of("/xdg/huggingface/hub"));
        assertThat(settings("XDG_CACHE_HOME", "/xdg", "HF_HOME", "/hf").cache()).isEqualTo(Path.of("/hf/hub"));
        assertThat(settings("HF_HOME", "/hf", "HUGGINGFACE_HUB_CACHE", "/old").cache())
                .isEqualTo(Path.of("/old"));
        assertThat(settings("HUGGINGFACE_HUB_CACHE", "/old", "HF_HUB_CACHE", "/new")
                        .cache())
                .isEqualTo(Path.of("/new"));
    }

    @Test
    void endpoint_losesTheSlashAtItsEnd() {
        assertThat(settings("HF_ENDPOINT", "https://hub.example/").endpoint()).hasToString("https://hub.example");
        assertThat(settings().endpoint().getScheme()).isEqualTo("https");
        assertThatThrownBy(() -> settings("HF_ENDPOINT", "nonsense")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void offline_asPythonReadsIt() {
        assertThat(settings().offline()).isFalse();
        assertThat(settings("HF_HUB_OFFLINE", "0").offline()).isFalse();
        assertThat(settings("HF_HUB_OFFLINE", "1").offline()).isTrue();
        assertThat(settings("HF_HUB_OFFLINE", "true").offline()).isTrue();
        assertThat(settings("TRANSFORMERS_OFFLINE", "yes").offline()).isTrue();
    }

    @Test
    void token_variableBeforeFile() throws IOException {
        Path file = Files.createDirectories(home.resolve(".cache/huggingface")).resolve("token");
        Files.writeString(file, "from-file\n");
        Path other = Files.writeString(home.resolve("other"), "from-other-file");

        assertThat(settings().token()).contains("from-file");
        assertThat(settings("HF_TOKEN_PATH", other.toString()).token()).contains("from-other-file");
        assertThat(settings("HF_TOKEN", " from-variable ").token()).contains("from-variable");
        assertThat(settings("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1").token()).isEmpty();
        assertThat(settings("HF_TOKEN", "secret")).asString().doesNotContain("secret");
    }

    @Test
    void token_ifThereIsNone_isEmpty() {
        assertThat(settings().token()).isEmpty();
        assertThat(settings("HF_TOKEN", "").token()).isEmpty();
    }

    @Test
    void id_withAndWithoutRevision() {
        assertThat(HubId.parse("org/name")).contains(new HubId("org/name", "main"));
        assertThat(HubId.parse("org/name.v2@refs/pr/1")).contains(new HubId("org/name.v2", "refs/pr/1"));
        assertThat(new HubId("org/name", "main")).hasToString("org/name");
        assertThat(new HubId("org/name", "v1")).hasToString("org/name@v1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"name", "a/b/c", "/a/b", "a/../b", "../a", "a/b@", "a/b@../x", "a/b@/x", "a b/c", "a--b/c", ""})
    void id_thatIsNone(String text) {
        assertThat(HubId.parse(text)).isEmpty();
    }
}
