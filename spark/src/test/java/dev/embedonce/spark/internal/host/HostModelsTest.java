package dev.embedonce.spark.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostModelsTest {
    @TempDir
    private Path folder;

    private Configuration hadoop() {
        Configuration hadoop = new Configuration();
        hadoop.setBoolean("fs.viewfs.impl.disable.cache", true); // each test has a mount table of its own
        hadoop.set("fs.viewfs.mounttable.default.link./models", folder.toUri().toString());
        return hadoop;
    }

    @Test
    void folderOnHadoopStorage_isCopied() throws IOException {
        Files.createDirectories(folder.resolve("m/1_Pooling"));
        Files.writeString(folder.resolve("m/config.json"), "{}");
        Files.writeString(folder.resolve("m/1_Pooling/config.json"), "[]");
        Path copy = Path.of(HostModels.local("viewfs:///models/m", hadoop()));
        assertThat(copy).isNotEqualTo(folder.resolve("m"));
        assertThat(copy.resolve("config.json")).hasContent("{}");
        assertThat(copy.resolve("1_Pooling/config.json")).hasContent("[]");

        assertThatThrownBy(() -> HostModels.local("viewfs:///models/none", hadoop()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("viewfs:///models/none");
    }

    @Test
    void otherNames_stayAsTheyAre() {
        assertThat(HostModels.local("default", hadoop())).isEqualTo("default");
        assertThat(HostModels.local("facebook/dinov2-small", hadoop())).isEqualTo("facebook/dinov2-small");
        assertThat(HostModels.local("/models/m", hadoop())).isEqualTo("/models/m");
        assertThat(HostModels.local("file:///models/m", hadoop())).isEqualTo("/models/m");
    }
}
