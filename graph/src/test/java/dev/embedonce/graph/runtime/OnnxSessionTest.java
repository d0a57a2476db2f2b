package dev.embedonce.graph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnnxSessionTest {
    @TempDir
    Path folder;

    private static OnnxSession affine() {
        return OnnxSession.open("affine", TestGraphs.affine(), SessionOptions.DEFAULT);
    }

    private static Tensor row(float... values) {
        return Tensor.ofFloats(values, 1, values.length);
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[(int) tensor.elementCount()];
        tensor.floats().get(values);
        return values;
    }

    private static Tensor only(Map<String, Tensor> outputs) {
        assertThat(outputs).hasSize(1);
        return outputs.values().iterator().next();
    }

    @Test
    void run_givesAllOutputs() {
        try (OnnxSession session = affine()) {
            Map<String, Tensor> outputs = session.run(Map.of("x", row(0, 1, -2, 3)));

            assertThat(outputs.get("y")).isEqualTo(row(1, 3, -3, 7));
            assertThat(outputs.get("z")).isEqualTo(row(0, 2, -4, 6));
        }
    }

    @Test
    void run_someOutputs_givesOnlyThose() {
        try (OnnxSession session = affine()) {
            assertThat(session.run(Map.of("x", row(1, 1, 1, 1)), Set.of("z"))).containsOnlyKeys("z");
        }
    }

    @Test
    void run_readOnlyDirectSliceAtAnOffset_isReadWhereItIs() {
        ByteBuffer memory = ByteBuffer.allocateDirect(3 * 16).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 12; i++) {
            memory.putFloat(i);
        }
        Tensor second = Tensor.view(DType.FLOAT32, new long[] {1, 4}, memory.slice(16, 16));
        try (OnnxSession session = affine()) {
            assertThat(only(session.run(Map.of("x", second), Set.of("y")))).isEqualTo(row(9, 11, 13, 15));
        }
    }

    @Test
    void run_earlierOutputs_areNotTouchedByLaterRuns() {
        try (OnnxSession session = affine()) {
            Tensor first = only(session.run(Map.of("x", row(0, 0, 0, 0)), Set.of("y")));
            for (int i = 0; i < 100; i++) {
                session.run(Map.of("x", row(i, i, i, i)));
            }
            assertThat(first).isEqualTo(row(1, 1, 1, 1));
        }
    }

    @Test
    void run_largeOutput_isInDirectMemory() {
        float[] values = new float[4 * 10_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        try (OnnxSession session = affine()) {
            Tensor y = only(session.run(Map.of("x", Tensor.ofFloats(values, 10_000, 4)), Set.of("y")));

            assertThat(y.data().isDirect()).isTrue();
            assertThat(y.floats().get(39_999)).isEqualTo(2f * 39_999 + 1);
        }
    }

    @Test
    void run_intoKnownShapes_equalsRun() {
        try (OnnxSession session = affine()) {
            Map<String, Tensor> feeds = Map.of("x", row(5, 6, 7, 8));

            assertThat(session.run(feeds, Map.of("y", new long[] {1, 4}))).isEqualTo(session.run(feeds, Set.of("y")));
        }
    }

    @Test
    void run_intoWrongShape_fails() {
        try (OnnxSession session = affine()) {
            assertThatThrownBy(() -> session.run(Map.of("x", row(5, 6, 7, 8)), Map.of("y", new long[] {2, 4})))
                    .isInstanceOf(CacheException.class)
                    .hasMessageStartingWith("affine: the model failed");
        }
    }

    @Test
    void run_fromManyThreads_eachGetsItsOwnAnswer() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (OnnxSession session = affine()) {
            List<Callable<float[]>> work = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                float value = i;
                work.add(() -> floats(only(session.run(Map.of("x", row(value, 0, 0, 0)), Set.of("y")))));
            }
            List<Future<float[]>> answers = threads.invokeAll(work);
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).containsExactly(2f * i + 1, 1, 1, 1);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void close_whileOthersRun_waitsForThem() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            OnnxSession session = affine();
            List<Future<Integer>> runners = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                runners.add(threads.submit(() -> {
                    int runs = 0;
                    try {
                        while (true) {
                            assertThat(only(session.run(Map.of("x", row(1, 2, 3, 4)), Set.of("y"))))
                                    .isEqualTo(row(3, 5, 7, 9));
                            runs++;
                        }
                    } catch (IllegalStateException closed) {
                        return runs;
                    }
                }));
            }
            Thread.sleep(50);
            session.close();
            for (Future<Integer> runner : runners) {
                assertThat(runner.get()).isPositive();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void run_afterClose_isRefused() {
        OnnxSession session = affine();
        session.close();
        session.close();

        assertThatThrownBy(() -> session.run(Map.of("x", row(1, 2, 3, 4))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("affine");
    }

    @Test
    void run_wrongFeeds_areRefusedByName() {
        try (OnnxSession session = affine()) {
            assertThatThrownBy(() -> session.run(Map.of("pixels", row(1, 2, 3, 4))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("affine: expected the inputs [x]; found [pixels]");
            assertThatThrownBy(() -> session.run(Map.of("x", row(1, 2, 3))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("affine: expected input x FLOAT[batch, 4]; found FLOAT32[1, 3]");
            assertThatThrownBy(() -> session.run(Map.of("x", Tensor.ofLongs(new long[4], 1, 4))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("found INT64[1, 4]");
            assertThatThrownBy(() -> session.run(Map.of("x", row(1, 2, 3, 4)), Set.of("w")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("affine: no output 'w'; it has [y, z]");
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void run_everyElementType_comesBackBitForBit(DType dtype) {
        byte[] bytes = new byte[3 * dtype.sizeBytes()];
        Arrays.fill(bytes, (byte) 1);
        Tensor x = Tensor.view(dtype, new long[] {3}, ByteBuffer.wrap(bytes));
        TensorType type = TensorType.ofSafetensorsName(dtype.safetensorsName()).orElseThrow();
        try (OnnxSession session = OnnxSession.open("identity", TestGraphs.identity(type), SessionOptions.DEFAULT)) {
            assertThat(session.inputs().values()).allMatch(spec -> spec.dtype().equals(Optional.of(dtype)));
            assertThat(only(session.run(Map.of("x", x)))).isEqualTo(x);
        }
    }

    @Test
    void runtime_namesVersionAndDevice() {
        try (OnnxSession session = affine()) {
            assertThat(session.runtime()).matches("onnxruntime \\d+\\.\\d+\\.\\d+ cpu");
        }
    }

    @Test
    void open_cudaWithTheCpuArtifact_isOneClearError() {
        SessionOptions cuda = SessionOptions.DEFAULT.withDevice(Device.CUDA);

        assertThatThrownBy(() -> OnnxSession.open("affine", TestGraphs.affine(), cuda))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith("device cuda: ")
                .hasMessageContaining("onnxruntime_gpu")
                .hasMessageNotContaining("\n");
    }

    /** No GPU is needed to say it: float32 products on a GPU are float32, since CPU and GPU share a model version. */
    @Test
    void cudaOptions_turnTf32Off() {
        assertThat(OrtSessions.CUDA_OPTIONS).containsEntry("use_tf32", "0");
    }

    @ParameterizedTest
    @EnumSource(WeightMemory.class)
    void open_externalData_besideTheFile(WeightMemory memory) throws IOException {
        OnnxGraph graph = TestGraphs.withExternalData(folder.resolve("weights.bin"));
        Path file = Files.write(folder.resolve("model.onnx"), graph.modelProto());
        try (OnnxSession session = OnnxSession.open(file, SessionOptions.DEFAULT.withMemory(memory))) {
            assertThat(only(session.run(Map.of("x", row(1, 2, 3, 4))))).isEqualTo(row(11, 22, 33, 44));
        }
    }

    @Test
    void open_externalData_ofAGraphInMemory() throws IOException {
        OnnxGraph graph = TestGraphs.withExternalData(folder.resolve("weights.bin"));
        try (OnnxSession session = OnnxSession.open("graph", graph, SessionOptions.DEFAULT)) {
            assertThat(only(session.run(Map.of("x", row(1, 2, 3, 4))))).isEqualTo(row(11, 22, 33, 44));
        }
    }

    /** A model below one folder of the root, the cache of its quantised weights below another. */
    @Test
    void open_graph_withWeightsInFoldersThatShareNothingButTheRoot() throws IOException {
        Path here = folder.toRealPath();
        Path elsewhere = Stream.of("/dev/shm", "/var/tmp", System.getProperty("user.home"), "")
                .map(Path::of)
                .map(Path::toAbsolutePath)
                .filter(Files::isWritable)
                .filter(other -> Weights.commonFolder(List.of(here.resolve("a"), other.resolve("b")))
                        .equals(here.getRoot()))
                .findFirst()
                .orElse(null);
        assumeThat(elsewhere)
                .as("a second folder that is writable, below another folder of the root")
                .isNotNull();
        Path other = Files.createTempDirectory(elsewhere, "embedonce-weights");
        try {
            OnnxGraph graph = TestGraphs.withExternalData(folder.resolve("a.bin"), other.resolve("b.bin"));
            try (OnnxSession session = OnnxSession.open("graph", graph, SessionOptions.DEFAULT)) {
                assertThat(only(session.run(Map.of("x", row(1, 2, 3, 4))))).isEqualTo(row(21, 42, 63, 84));
            }
        } finally {
            Files.deleteIfExists(other.resolve("b.bin"));
            Files.delete(other);
        }
    }

    @Test
    void open_filesBehindSymbolicLinks_asInAHubCache() throws IOException {
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/0123/onnx"));
        OnnxGraph graph = TestGraphs.withExternalData(folder.resolve("weights.bin"));
        Files.move(folder.resolve("weights.bin"), blobs.resolve("bbbb"));
        Files.write(blobs.resolve("aaaa"), graph.modelProto());
        Files.createSymbolicLink(snapshot.resolve("model.onnx"), Path.of("../../../blobs/aaaa"));
        Files.createSymbolicLink(snapshot.resolve("weights.bin"), Path.of("../../../blobs/bbbb"));
        try (OnnxSession session = OnnxSession.open(snapshot.resolve("model.onnx"), SessionOptions.DEFAULT)) {
            assertThat(only(session.run(Map.of("x", row(1, 2, 3, 4))))).isEqualTo(row(11, 22, 33, 44));
        }
    }

    @Test
    void open_withoutItsExternalData_namesTheMissingFile() throws IOException {
        OnnxGraph graph = TestGraphs.withExternalData(folder.resolve("weights.bin"));
        Path file = Files.write(folder.resolve("model.onnx"), graph.modelProto());
        Files.delete(folder.resolve("weights.bin"));

        assertRefused(file, "external data file 'weights.bin' is missing");
    }

    @Test
    void open_truncatedExternalData_namesTheFileAndSizes() throws IOException {
        OnnxGraph graph = TestGraphs.withExternalData(folder.resolve("weights.bin"));
        Path file = Files.write(folder.resolve("model.onnx"), graph.modelProto());
        Files.write(folder.resolve("weights.bin"), new byte[19]);

        assertRefused(file, "external data file 'weights.bin' is truncated: expected at least 20 bytes, found 19");
    }

    @Test
    void open_externalDataOutsideTheFolder_isRefused() throws IOException {
        Path inner = Files.createDirectories(folder.resolve("inner"));
        OnnxGraph graph = TestGraphs.withExternalData(folder.resolve("weights.bin"));
        byte[] sly = OnnxFile.of("m", ByteBuffer.wrap(graph.modelProto())).withLocations(l -> "x/../../" + l);
        Path file = Files.write(inner.resolve("model.onnx"), sly);

        assertRefused(file, "external data 'x/../../weights.bin' lies outside the model's folder");
    }

    @Test
    void open_graphInMemoryWithExternalDataButNoFolder_isRefused() throws IOException {
        byte[] model =
                TestGraphs.withExternalData(folder.resolve("weights.bin")).modelProto();

        assertThatThrownBy(() -> OnnxSession.open("graph", model, SessionOptions.DEFAULT))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("graph: has external data [weights.bin]");
    }

    @Test
    void open_badFiles_sayWhatTheyAre() throws IOException {
        byte[] model = TestGraphs.affine();
        String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";

        assertRefused(folder.resolve("absent.onnx"), "no such file");
        assertRefused(write(new byte[0]), "the file is empty");
        assertRefused(write(pointer.getBytes(StandardCharsets.UTF_8)), "a Git LFS pointer");
        assertRefused(write("<html>not found</html>".getBytes(StandardCharsets.UTF_8)), "not an ONNX file");
        assertRefused(write(new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0}), "not an ONNX file");
        assertRefused(write(Arrays.copyOf(model, model.length - 40)), "a damaged or truncated ONNX file");
        assertRefused(write(Arrays.copyOf(model, 2)), "not an ONNX file");
        assertRefused(write(TestGraphs.unknownOperator()), "NoSuchOperator", "custom operators are not supported");
    }

    @Test
    void open_everyTruncation_isOneModelLoadException() throws IOException {
        byte[] model = TestGraphs.affine();
        for (int length = 0; length < model.length; length++) {
            Path file = write(Arrays.copyOf(model, length));
            try (OnnxSession session = OnnxSession.open(file, SessionOptions.DEFAULT)) {
                // What is cut off may be no more than the list of operator sets of which nothing is used.
                assertThat(session.run(Map.of("x", row(0, 1, -2, 3))).get("y")).isEqualTo(row(1, 3, -3, 7));
            } catch (ModelLoadException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
            }
        }
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(folder.resolve("model.onnx"), content);
    }

    private static void assertRefused(Path file, String... reasons) {
        assertThatThrownBy(() -> OnnxSession.open(file, SessionOptions.DEFAULT))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContainingAll(reasons);
    }
}
