package dev.embedonce.graph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.embedonce.graph.onnx.OnnxGraph;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {
    @TempDir
    Path folder;

    @Test
    void externalData_givesEachFileAndTheBytesItNeeds() throws Exception {
        OnnxGraph graph = TestGraphs.withExternalData(folder.resolve("weights.bin"));

        OnnxFile file = OnnxFile.of("m", ByteBuffer.wrap(graph.modelProto()));

        assertThat(file.externalData()).containsExactly(entry("weights.bin", 20L));
    }

    @Test
    void withLocations_replacesNothingButTheNames() throws Exception {
        byte[] model =
                TestGraphs.withExternalData(folder.resolve("weights.bin")).modelProto();
        OnnxFile file = OnnxFile.of("m", ByteBuffer.wrap(model));

        assertThat(file.withLocations(location -> location)).isEqualTo(model);
        byte[] moved = file.withLocations(location -> "some/longer/path/" + location);
        OnnxFile other = OnnxFile.of("m", ByteBuffer.wrap(moved));
        assertThat(other.externalData()).containsOnlyKeys("some/longer/path/weights.bin");
        assertThat(other.withLocations(location -> "weights.bin")).isEqualTo(model);
    }

    @Test
    void externalData_ofAGraphWithoutAny_isEmpty() {
        assertThat(OnnxFile.of("m", ByteBuffer.wrap(TestGraphs.affine())).externalData())
                .isEmpty();
    }
}
