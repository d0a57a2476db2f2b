package dev.embedonce.graph.runtime;

import static dev.embedonce.graph.runtime.Proto.external;
import static dev.embedonce.graph.runtime.Proto.externalFloats;
import static dev.embedonce.graph.runtime.Proto.floatsInfo;
import static dev.embedonce.graph.runtime.Proto.join;
import static dev.embedonce.graph.runtime.Proto.longs;
import static dev.embedonce.graph.runtime.Proto.message;
import static dev.embedonce.graph.runtime.Proto.model;
import static dev.embedonce.graph.runtime.Proto.node;
import static dev.embedonce.graph.runtime.Proto.number;
import static dev.embedonce.graph.runtime.Proto.text;
import static dev.embedonce.graph.runtime.Proto.varint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Model files that mean harm: none reads what is not in its own folder. */
class OnnxContainmentTest {
    private static final int COUNT = 4;
    private static final Tensor ZEROS = Tensor.ofFloats(new float[COUNT], COUNT);

    @TempDir
    Path root;

    private Path folder = Path.of("");
    private Path secret = Path.of("");

    @BeforeEach
    void files() throws IOException {
        folder = Files.createDirectories(root.resolve("downloads/model")).toRealPath();
        secret = floats(Files.createDirectories(root.resolve("private")).resolve("secret.bin"), 42);
        floats(folder.resolve("weights.bin"), 1);
    }

    private static Path floats(Path file, float value) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * COUNT).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < COUNT; i++) {
            bytes.putFloat(value);
        }
        return Files.write(file, bytes.array()).toRealPath();
    }

    private Path write(byte[] model) throws IOException {
        return Files.write(folder.resolve("model.onnx"), model);
    }

    private void assertRefused(byte[] model, String... reasons) throws IOException {
        Path file = write(model);
        assertThatThrownBy(() -> OnnxSession.open(file, SessionOptions.DEFAULT).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContainingAll(reasons)
                .hasMessageNotContaining("\n");
    }

    private static float[] run(Path file) {
        try (OnnxSession session = OnnxSession.open(file, SessionOptions.DEFAULT)) {
            float[] y = new float[COUNT];
            session.run(Map.of("x", ZEROS)).values().iterator().next().floats().get(y);
            return y;
        }
    }

    /** y = x + stolen + w, where w lies in weights.bin. */
    private static byte[] addsStolen(byte[]... stolen) {
        return model(
                message(1, node("Add", "s", "x", "stolen")),
                message(1, node("Add", "y", "s", "w")),
                message(5, externalFloats("w", COUNT, "weights.bin")),
                join(stolen),
                message(11, floatsInfo("x", COUNT)),
                message(12, floatsInfo("y", COUNT)));
    }

    private static byte[] sparse(String location) {
        byte[] values = externalFloats("stolen", COUNT, location);
        return join(message(1, values), message(2, longs("", 0, 1, 2, 3)), number(3, COUNT));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void sparseInitializer_atAnotherFile_isRefused(boolean absolute) throws IOException {
        String location = absolute
                ? secret.toString()
                : secret.getRoot().relativize(secret).toString();

        assertRefused(addsStolen(message(15, sparse(location))), location, "a sparse tensor");
    }

    @Test
    void sparseInitializer_evenWithoutAnyOtherExternalData_isRefused() throws IOException {
        byte[] model = model(
                message(1, node("Add", "y", "x", "stolen")),
                message(15, sparse("../../private/secret.bin")),
                message(11, floatsInfo("x", COUNT)),
                message(12, floatsInfo("y", COUNT)));

        assertRefused(model, "../../private/secret.bin", "a sparse tensor");
    }

    @Test
    void sparseAttribute_isRefused() throws IOException {
        byte[] one = join(text(1, "sparse_value"), message(22, sparse("weights.bin")), number(20, 11));
        byte[] many = join(text(1, "tensors"), message(23, sparse("weights.bin")), number(20, 12));

        assertRefused(addsStolen(message(1, node("Constant", "stolen"), message(5, one))), "a sparse tensor");
        assertRefused(addsStolen(message(1, node("Constant", "stolen"), message(5, many))), "a sparse tensor");
    }

    @Test
    void attributes_ofNodesAndFunctions_areRefused() throws IOException {
        byte[] value = join(text(1, "value"), message(5, externalFloats("t", COUNT, "weights.bin")), number(20, 4));
        byte[] inBody = message(25, text(1, "f"), message(7, node("Constant", "c"), message(5, value)));
        byte[] asDefault = message(25, text(1, "f"), message(11, value));

        assertRefused(addsStolen(message(1, node("Constant", "stolen"), message(5, value))), "an attribute");
        assertRefused(join(addsStolen(), inBody), "weights.bin");
        assertRefused(join(addsStolen(), asDefault), "weights.bin");
    }

    @Test
    void trainingInformation_isRefused() throws IOException {
        byte[] graph = message(5, externalFloats("t", COUNT, "weights.bin"));

        assertRefused(join(addsStolen(), message(20, message(1, graph))), "training");
        assertRefused(join(addsStolen(), message(20, message(2, graph))), "training");
    }

    @Test
    void initializersInASubgraph_areOrdinary() {
        byte[] attribute = message(5, text(1, "body"), message(6, message(5, externalFloats("t", 4, "weights.bin"))));
        byte[] model = model(message(1, node("If", "y"), attribute));

        assertThat(OnnxFile.of("m", ByteBuffer.wrap(model)).externalData()).containsOnlyKeys("weights.bin");
    }

    /**
     * Protobuf's own parser keeps 32 bits of a tag: with bit 32 set it reads the field that a 64-bit reader passes
     * over.
     */
    @Test
    void tagOfMoreThan32Bits_isRefused() throws IOException {
        String location = secret.getRoot().relativize(secret).toString();
        byte[] payload = externalFloats("stolen", COUNT, location);
        byte[] hidden = join(varint(1L << 32 | 5 << 3 | 2), varint(payload.length), payload);

        assertRefused(addsStolen(hidden), "damaged", "32 bits");
    }

    @Test
    void nestingWithoutEnd_isRefused() throws IOException {
        byte[] graph = {};
        for (int depth = 0; depth < 3000; depth++) {
            graph = message(1, message(5, message(6, graph)));
        }

        assertRefused(model(graph), "nested");
    }

    @Test
    void linkOutOfTheFolder_isRefused() throws IOException {
        Files.delete(folder.resolve("weights.bin"));
        Files.createSymbolicLink(folder.resolve("weights.bin"), secret);

        assertRefused(plain("weights.bin"), "weights.bin", "link");
    }

    @Test
    void linkedFolder_isRefused() throws IOException {
        Files.createSymbolicLink(folder.resolve("sub"), secret.getParent());

        assertRefused(plain("sub/secret.bin"), "sub/secret.bin", "link");
    }

    @Test
    void linkWithinTheFolder_isFollowed() throws IOException {
        Files.createSymbolicLink(folder.resolve("other.bin"), Path.of("weights.bin"));

        assertThat(run(write(plain("other.bin")))).containsOnly(1);
    }

    @Test
    void linkIntoAHubCachesOwnBlobs_isFollowed_intoAnyOtherPlaceOfIt_isRefused() throws IOException {
        Path repository = Files.createDirectories(folder.resolve("models--org--name"));
        Path blobs = Files.createDirectories(repository.resolve("blobs"));
        floats(blobs.resolve("b0b0"), 7);
        floats(
                Files.createDirectories(folder.resolve("models--org--other/blobs"))
                        .resolve("b1b1"),
                8);
        folder = Files.createDirectories(repository.resolve("snapshots/0123/onnx"));
        Files.createSymbolicLink(folder.resolve("weights.bin"), Path.of("../../../blobs/b0b0"));
        Files.createSymbolicLink(folder.resolve("foreign.bin"), Path.of("../../../../models--org--other/blobs/b1b1"));

        assertThat(run(write(plain("weights.bin")))).containsOnly(7);
        assertRefused(plain("foreign.bin"), "foreign.bin", "link");
    }

    @Test
    void hubCacheWhoseBlobsAreALink_isRefused() throws IOException {
        Path repository = Files.createDirectories(folder.resolve("models--org--name"));
        Files.createSymbolicLink(repository.resolve("blobs"), secret.getParent());
        folder = Files.createDirectories(repository.resolve("snapshots/0123"));
        Files.createSymbolicLink(folder.resolve("weights.bin"), Path.of("../../blobs/secret.bin"));

        assertRefused(plain("weights.bin"), "weights.bin", "link");
    }

    /** The runtime takes such a location for an address in its own memory. */
    @Test
    void locationThatMeansAnAddress_isRefused() throws IOException {
        String tag = "*/_ORT_MEM_ADDR_/*";
        Path file = folder.resolve(tag);
        Files.createDirectories(file.getParent());
        floats(file, 3);

        assertRefused(addsStolen(message(5, externalFloats("stolen", COUNT, tag))), tag);
    }

    @Test
    void locationsThatAreNoNames_areRefused() throws IOException {
        assertRefused(plain("a\0b"), "damaged", "name");
        assertRefused(plain(""), "outside the model's folder");
        assertRefused(plain("."), "no file");
        assertRefused(plain(secret.toString()), "outside the model's folder");
    }

    @Test
    void offsetsBeyondAllNumbers_areRefused() throws IOException {
        byte[] far = join(number(1, 4), number(2, 1), text(8, "stolen"), external("weights.bin", Long.MAX_VALUE, 16));
        byte[] negative = join(number(1, 4), number(2, 1), text(8, "stolen"), external("weights.bin", -4, 16));

        assertRefused(addsStolen(message(5, far)), "offset");
        assertRefused(addsStolen(message(5, negative)), "offset");
    }

    @Test
    void base_isTheNearestFolderOfAllThatIsNamed_neverTheRoot() {
        Path top = root.toAbsolutePath().getRoot();

        assertThat(OnnxSession.base("m", Map.of("a", top.resolve("a/b/c"), "b", top.resolve("a/d"))))
                .isEqualTo(top.resolve("a"));
        assertThatThrownBy(() -> OnnxSession.base("m", Map.of("a", top.resolve("a/c"), "b", top.resolve("d/c"))))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll("m: ", "common folder");
        assertThatThrownBy(() -> OnnxSession.base("m", Map.of("a", top.resolve("c"))))
                .isInstanceOf(ModelLoadException.class);
    }

    /** Bytes that the runtime would take for its own format, which has other ways to name files. */
    @Test
    void modelInTheRuntimesOwnFormat_isNotReadAsSuch() throws IOException {
        byte[] tail = plain("weights.bin");
        byte[] producer = join(new byte[] {8, 10}, text(2, "ORTM"), tail);
        assertThat(new String(producer, 4, 4, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("ORTM");

        assertThat(run(write(producer))).containsOnly(1);
    }

    /** y = x + w, where w lies at {@code location}. */
    private static byte[] plain(String location) {
        return model(
                message(1, node("Add", "y", "x", "w")),
                message(5, externalFloats("w", COUNT, location)),
                message(11, floatsInfo("x", COUNT)),
                message(12, floatsInfo("y", COUNT)));
    }
}
