package dev.embedonce.graph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.embedonce.graph.onnx.OnnxGraph;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
    void externalData_inASubgraphAndInAnAttribute_isFound() {
        byte[] ifBody = message(5, externalTensor("deep.bin", 8, 24));
        byte[] attributes =
                join(message(5, message(6, ifBody)), message(5, message(5, externalTensor("flat.bin", 0, 7))));
        byte[] model = join(new byte[] {8, 10}, message(7, message(1, attributes)));

        OnnxFile file = OnnxFile.of("m", ByteBuffer.wrap(model));

        assertThat(file.externalData()).containsOnly(entry("deep.bin", 32L), entry("flat.bin", 7L));
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

    private static byte[] externalTensor(String location, long offset, long length) {
        return join(
                message(13, pair("location", location)),
                message(13, pair("offset", Long.toString(offset))),
                message(13, pair("length", Long.toString(length))));
    }

    private static byte[] pair(String key, String value) {
        return join(
                message(1, key.getBytes(StandardCharsets.UTF_8)), message(2, value.getBytes(StandardCharsets.UTF_8)));
    }

    /** A length-delimited field; lengths below 16384. */
    private static byte[] message(int field, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write((field << 3) | 2);
        if (payload.length > 127) {
            out.write((payload.length & 127) | 128);
            out.write(payload.length >> 7);
        } else {
            out.write(payload.length);
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
