package dev.embedonce.graph.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path folder;

    private void shard(String name, String tensor, float value) {
        new SafetensorsFile().floats(tensor, "[1]", value).write(folder.resolve(name));
    }

    private void index(String weightMap) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), weightMap);
    }

    @Test
    void open_shards_readsEachTensorFromItsOwn() throws IOException {
        shard("model-1.safetensors", "a", 1);
        shard("model-2.safetensors", "b", 2);
        index("{\"weight_map\":{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}}");

        Weights weights = Checkpoint.open(folder);

        assertThat(weights.names()).containsExactly("a", "b");
        assertThat(Weights.floats(weights.get("a"))).containsExactly(1);
        assertThat(Weights.floats(weights.get("b"))).containsExactly(2);
    }

    @Test
    void open_singleFileBesideAnIndex_isPreferred() throws IOException {
        shard("model.safetensors", "a", 3);
        index("{}");

        assertThat(Weights.floats(Checkpoint.open(folder).get("a"))).containsExactly(3);
    }

    @Test
    void open_missingShard_isNamed() throws IOException {
        shard("model-1.safetensors", "a", 1);
        index("{\"weight_map\":{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}}");

        assertRefused("model.safetensors.index.json: weight_map names the shard model-2.safetensors, which is missing");
    }

    @Test
    void open_shardWithoutTheTensor_isNamed() throws IOException {
        shard("model-1.safetensors", "a", 1);
        index("{\"weight_map\":{\"b\":\"model-1.safetensors\"}}");

        assertRefused("tensor b is said to be in model-1.safetensors, which lacks it");
    }

    @Test
    void open_shardOutsideTheFolder_isRefused() throws IOException {
        for (String name :
                List.of("../other.safetensors", "/other.safetensors", "a\\\\b.safetensors", "model.bin", "")) {
            index("{\"weight_map\":{\"b\":\"" + name + "\"}}");
            assertRefused("weight_map: b: expected the name of a .safetensors file");
        }
    }

    @Test
    void open_brokenIndex_isRefused() throws IOException {
        for (String text : List.of("{}", "{\"weight_map\":{}}", "{\"weight_map\":[]}", "[")) {
            index(text);
            assertRefused("model.safetensors.index.json");
        }
    }

    @Test
    void open_noWeights_listsWhatIsThere() throws IOException {
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");

        assertRefused(
                "found neither model.safetensors nor model.safetensors.index.json; the directory has pytorch_model.bin");
        assertThat(Checkpoint.isPresent(folder)).isFalse();
    }

    @Test
    void open_linkOutOfTheDirectory_isRefused() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        Path other = new SafetensorsFile().floats("a", "[2]", 4, 5).write(folder.resolve("other.safetensors"));
        Files.createSymbolicLink(model.resolve("model.safetensors"), other);

        assertThatThrownBy(() -> Checkpoint.open(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll("model.safetensors is a link out of the model's folder", other.toString());
        Files.delete(model.resolve("model.safetensors"));
        Files.createSymbolicLink(model.resolve("s.safetensors"), other);
        Files.writeString(
                model.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"s.safetensors\"}}");
        assertThatThrownBy(() -> Checkpoint.open(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("s.safetensors is a link out of the model's folder");
    }

    @Test
    void open_hubCache_pointsToTheBlobs() throws IOException {
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/abc"));
        Path blob = new SafetensorsFile().floats("a", "[2]", 4, 5).write(blobs.resolve("0123abcd"));
        Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/0123abcd"));

        TensorInfo tensor = Checkpoint.open(snapshot).get("a");

        assertThat(tensor.file()).isEqualTo(blob.toRealPath());
        assertThat(Weights.floats(tensor)).containsExactly(4, 5);
    }

    @Test
    void get_unknownTensor_namesItAndTheSource() {
        shard("model.safetensors", "a", 1);

        assertThatThrownBy(() -> Checkpoint.open(folder).get("b"))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("tensor b is missing")
                .hasMessageContaining(folder.toString());
    }

    @Test
    void floats_sixteenBitTypes_areWidenedExactly() {
        new SafetensorsFile()
                .halves("f16", "F16", "[9]", 0x3C00, 0xC000, 0x7BFF, 0x0001, 0x8001, 0x03FF, 0x0000, 0x8000, 0x7C00)
                .halves("bf16", "BF16", "[4]", 0x3F80, 0xC000, 0x0001, 0xFF80)
                .write(folder.resolve("model.safetensors"));
        Weights weights = Checkpoint.open(folder);

        assertThat(Weights.floats(weights.get("f16")))
                .containsExactly(1f, -2f, 65504f, 0x1p-24f, -0x1p-24f, 0x1.ff8p-15f, 0f, -0f, Float.POSITIVE_INFINITY);
        assertThat(Weights.floats(weights.get("bf16")))
                .containsExactly(1f, -2f, Float.intBitsToFloat(0x10000), Float.NEGATIVE_INFINITY);
    }

    @Test
    void floats_fileCutAfterOpening_isAnErrorNotACrash() throws IOException {
        shard("model.safetensors", "a", 1);
        TensorInfo tensor = Checkpoint.open(folder).get("a");
        Files.write(tensor.file(), new byte[4]);

        assertThatThrownBy(() -> Weights.floats(tensor))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("became shorter");
    }

    @Test
    void sha256_isThatOfTheTensorsBytesAlone() {
        shard("model.safetensors", "a", 0);
        new SafetensorsFile().floats("x", "[1]", 9).floats("y", "[1]", 0).write(folder.resolve("other.safetensors"));
        TensorDigester digester = TensorDigester.reading();

        assertThat(digester.sha256(Checkpoint.open(folder).get("a")))
                .isEqualTo("df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119")
                .isEqualTo(digester.sha256(
                        Checkpoint.openFile(folder.resolve("other.safetensors")).get("y")));
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message);
    }
}
