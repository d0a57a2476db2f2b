package dev.embedonce.vlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FamiliesTest {
    private static final Family PLAIN = new Fake("plain", List.of("shared", "plain"), "clip_vision_model");
    private static final Family OTHER = new Fake("other", List.of("shared"), "pixtral");

    @TempDir
    Path folder;

    @Test
    void of_sharedModelType_choosesByTheParts() throws IOException {
        assertThat(chosen("shared", "pixtral", PLAIN, OTHER)).isSameAs(OTHER);
        assertThat(chosen("shared", "clip_vision_model", PLAIN, OTHER)).isSameAs(PLAIN);
    }

    @Test
    void of_twoThatOpenIt_namesBoth() {
        Family twin = new Fake("twin", List.of("shared"), "pixtral");

        assertThatThrownBy(() -> chosen("shared", "pixtral", PLAIN, OTHER, twin))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("config.json: model_type \"shared\"")
                .hasMessageContaining("claimed by several families: other, twin");
    }

    @Test
    void of_partsThatNobodyOpens_saysWhichPartsAndWhoOpensOthers() {
        assertThatThrownBy(() -> chosen("shared", "dino", PLAIN, OTHER))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("vision_config.model_type dino, text_config.model_type not given")
                .hasMessageContaining("plain, other");
    }

    @Test
    void of_unknownModelType_listsThoseThereAre() {
        assertThatThrownBy(() -> chosen("unknown", "pixtral", PLAIN, OTHER))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("\"unknown\"")
                .hasMessageContaining("supported: plain, shared");
    }

    @Test
    void all_haveNamesOfTheirOwnInOrder() {
        assertThat(Families.all())
                .extracting(Family::name)
                .doesNotHaveDuplicates()
                .isSorted();
    }

    private Family chosen(String modelType, String vision, Family... families) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"" + modelType + "\", \"vision_config\": {\"model_type\": \"" + vision + "\"}}");
        return Families.of(ModelConfig.read(folder), List.of(families));
    }

    private record Fake(String name, List<String> modelTypes, String vision) implements Family {
        @Override
        public boolean opens(ModelConfig config) {
            return config.object("vision_config").text("model_type").equals(vision);
        }

        @Override
        public FamilyModel open(FamilyFiles files, FamilyOptions options) {
            throw new UnsupportedOperationException(name);
        }
    }
}
