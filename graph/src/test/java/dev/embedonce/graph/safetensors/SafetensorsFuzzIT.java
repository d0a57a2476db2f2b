package dev.embedonce.graph.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.testkit.fuzz.Fuzzer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFuzzIT {
    @TempDir
    Path folder;

    /**
     * Any bytes are a file of tensors that cover its data without gap or overlap, or a {@link ModelLoadException}; and
     * the same for an index of shards, which names files beside it only.
     */
    public static final class Reader {
        private static final Path FILE = file();

        private Reader() {}

        private static Path file() {
            try {
                Path file = Files.createTempFile("fuzz", ".safetensors");
                file.toFile().deleteOnExit();
                return file;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        public static void fuzzerTestOneInput(byte[] data) throws IOException {
            Files.write(FILE, data);
            header(data.length);
            shards();
        }

        private static void header(long size) {
            List<TensorInfo> tensors;
            try {
                tensors = FileHeader.read(FILE);
            } catch (ModelLoadException e) {
                return;
            }
            long end = tensors.isEmpty() ? size : tensors.get(0).offset();
            for (TensorInfo tensor : tensors) {
                require(tensor.offset() == end && tensor.length() >= 0, tensor);
                require(
                        tensor.length()
                                == tensor.shape().elementCount() * tensor.type().sizeBytes(),
                        tensor);
                end += tensor.length();
            }
            require(end == size, tensors);
        }

        private static void shards() {
            try {
                for (String shard : Checkpoint.shards(FILE)) {
                    require(FILE.equals(FILE.resolveSibling(shard).resolveSibling(FILE)), shard);
                    require(!shard.contains("/") && !shard.contains("\\"), shard);
                }
            } catch (ModelLoadException e) {
                // what it may say
            }
        }

        private static void require(boolean holds, Object found) {
            if (!holds) {
                throw new IllegalStateException("found " + found);
            }
        }
    }

    @Test
    void anyBytes_areAFileOfTensorsOrOneException() throws Exception {
        Path sound = new SafetensorsFile()
                .floats("a", "[2,1]", 1, 2)
                .halves("b", "BF16", "[3]", 1, 2, 3)
                .write(folder.resolve("sound"));
        Path empty =
                SafetensorsFile.write(folder.resolve("empty"), "{\"__metadata__\":{\"format\":\"pt\"}}", new byte[0]);
        String index =
                "{\"metadata\":{},\"weight_map\":{\"a\":\"m-1-of-2.safetensors\",\"b\":\"m-2-of-2.safetensors\"}}";
        Fuzzer.Report report = Fuzzer.of(Reader.class)
                .seed(Files.readAllBytes(sound))
                .seed(Files.readAllBytes(empty))
                .seed(index.getBytes(StandardCharsets.UTF_8))
                .runs(3_000)
                .run(folder.resolve("fuzz"));

        System.out.println("safetensors reader: " + report);
        assertThat(report.executions()).isPositive();
    }
}
