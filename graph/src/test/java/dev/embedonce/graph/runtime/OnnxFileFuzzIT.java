package dev.embedonce.graph.runtime;

import static dev.embedonce.graph.runtime.Proto.externalFloats;
import static dev.embedonce.graph.runtime.Proto.join;
import static dev.embedonce.graph.runtime.Proto.message;
import static dev.embedonce.graph.runtime.Proto.model;
import static dev.embedonce.graph.runtime.Proto.node;
import static dev.embedonce.graph.runtime.Proto.number;
import static dev.embedonce.graph.runtime.Proto.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.testkit.fuzz.Fuzzer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileFuzzIT {
    @TempDir
    Path folder;

    /**
     * Any bytes are a model or a {@link ModelLoadException}; a model whose files are moved names the new places and no
     * other.
     */
    public static final class Reader {
        private Reader() {}

        public static void fuzzerTestOneInput(byte[] data) {
            OnnxFile file;
            try {
                file = OnnxFile.of("fuzz", ByteBuffer.wrap(data));
            } catch (ModelLoadException e) {
                return;
            }
            byte[] moved = file.withLocations(location -> "moved");
            Set<String> expected = file.externalData().isEmpty() ? Set.of() : Set.of("moved");
            Set<String> found =
                    OnnxFile.of("moved", ByteBuffer.wrap(moved)).externalData().keySet();
            if (!found.equals(expected)) {
                throw new IllegalStateException("expected " + expected + ", found " + found);
            }
        }
    }

    @Test
    void anyBytes_areAModelOrOneException() throws Exception {
        byte[] weights = externalFloats("w", 4, "weights.bin");
        byte[] body = message(5, text(1, "body"), message(6, message(5, weights)));
        byte[] sparse = message(15, message(1, externalFloats("v", 4, "v.bin")), number(3, 4));
        byte[] function = message(25, text(1, "f"), message(7, node("Identity", "y", "x")));
        Fuzzer.Report report = Fuzzer.of(Reader.class)
                .seed(TestGraphs.affine())
                .seed(TestGraphs.withExternalData(folder.resolve("weights.bin")).modelProto())
                .seed(model(message(1, node("If", "y"), body), message(5, weights)))
                .seed(model(sparse))
                .seed(join(model(message(5, weights)), function))
                .runs(100_000)
                .run(folder.resolve("fuzz"));

        System.out.println("ONNX reader: " + report);
        assertThat(report.executions()).isPositive();
    }
}
