package dev.embedonce.graph.runtime;

import static dev.embedonce.graph.runtime.Proto.join;
import static dev.embedonce.graph.runtime.Proto.message;
import static dev.embedonce.graph.runtime.Proto.model;
import static dev.embedonce.graph.runtime.Proto.node;
import static dev.embedonce.graph.runtime.Proto.text;
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

    /** Found by fuzzing: a number where external data would stand was read as the message before it. */
    @Test
    void withLocations_fieldOfAnotherWireType_isCopiedAsItStands() {
        byte[] tensor = Proto.join(Proto.message(9, new byte[] {7}), Proto.number(13, 1));
        byte[] model = Proto.model(Proto.message(5, tensor));

        OnnxFile file = OnnxFile.of("m", ByteBuffer.wrap(model));

        assertThat(file.withLocations(location -> "moved")).isEqualTo(model);
    }

    @Test
    void operators_areThoseOfAllGraphsAndFunctions() {
        byte[] body = message(5, text(1, "body"), message(6, message(1, node("Relu", "r", "x"))));
        byte[] function = message(25, text(1, "f"), message(7, node("Tanh", "y", "x")));
        byte[] model = join(model(message(1, node("If", "y"), body), message(1, node("If", "z"))), function);

        assertThat(OnnxFile.of("m", ByteBuffer.wrap(model)).operators()).containsExactly("If", "Relu", "Tanh");
    }

    @Test
    void externalData_ofAGraphWithoutAny_isEmpty() {
        assertThat(OnnxFile.of("m", ByteBuffer.wrap(TestGraphs.affine())).externalData())
                .isEmpty();
    }
}
