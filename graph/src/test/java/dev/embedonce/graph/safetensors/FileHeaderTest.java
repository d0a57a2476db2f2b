package dev.embedonce.graph.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileHeaderTest {
    private static final String PAIR =
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'I64','shape':[],'data_offsets':[8,16]}}";

    @TempDir
    Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void setUp() {
        file = folder.resolve("model.safetensors");
    }

    @Test
    void read_soundFile_givesTypeShapeAndPlaceOfEveryTensor() {
        String header = json(PAIR);
        SafetensorsFile.write(file, header, new byte[16]);

        Weights weights = Checkpoint.openFile(file);

        assertThat(weights.names()).containsExactly("a", "b");
        assertThat(weights.get("a").type()).isEqualTo(TensorType.F32);
        assertThat(weights.get("a").shape()).isEqualTo(Shape.of(2));
        assertThat(weights.get("b").shape()).isEqualTo(Shape.of());
        assertThat(weights.get("b").offset()).isEqualTo(8 + header.length() + 8);
        assertThat(weights.get("b").length()).isEqualTo(8);
    }

    @Test
    void read_metadataAndPaddedHeader_areAccepted() {
        SafetensorsFile.write(
                file, json("{'__metadata__':{'format':'pt'},") + json(PAIR).substring(1) + "    ", new byte[16]);

        assertThat(Checkpoint.openFile(file).names()).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, FileHeader.MAX_BYTES + 1, Long.MAX_VALUE})
    void read_impossibleHeaderLength_isRefusedBeforeAnythingIsAllocated(long length) {
        SafetensorsFile.write(file, length, new byte[0], new byte[0]);

        assertRefused("header length: expected 2 to 100000000 bytes, found " + Long.toUnsignedString(length));
    }

    @Test
    void read_headerLengthBeyondTheFile_isRefused() {
        SafetensorsFile.write(file, 1000, "{}".getBytes(StandardCharsets.UTF_8), new byte[0]);

        assertRefused("header length: 1000 bytes, but the file ends after 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 7})
    void read_fileShorterThanItsHeaderLength_isRefused(int size) throws IOException {
        Files.write(file, new byte[size]);

        assertRefused("not a safetensors file: " + size + " bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, 1, 3})
    void read_headerLengthSomeBytesOff_isRefused(int off) {
        byte[] header = json(PAIR).getBytes(StandardCharsets.UTF_8);
        SafetensorsFile.write(file, header.length + off, header, new byte[16]);

        assertThatThrownBy(() -> Checkpoint.openFile(file))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void read_everyTruncation_isRefused() throws IOException {
        SafetensorsFile.write(file, json(PAIR), new byte[16]);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Checkpoint.openFile(file))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void read_truncatedData_saysSo() {
        SafetensorsFile.write(file, json(PAIR), new byte[15]);

        assertRefused("tensor b: data_offsets end at byte 16 of the data, but the file has 15; it is truncated");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "[] | expected a JSON object",
                "{'a':1} | tensor a: dtype",
                "{'a':{'dtype':'Q4','shape':[2],'data_offsets':[0,8]}} | dtype: \"Q4\" is not supported",
                "{'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}} | shape: expected a list of numbers",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | shape: expected whole numbers",
                "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,8]}} | shape: expected whole numbers",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | data_offsets: expected [from, to]",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}} | data_offsets: expected [from, to]",
                "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | expected 12 bytes for F32 [3], found 8",
                "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}} | is too large",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | expected to start at 0",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 4 bytes at the end belong to no tensor",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}"
                        + " | tensor b: data_offsets: expected to start at 8",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{'dtype':'F32','shape':[0],'data_offsets':[8,8]}}"
                        + " | Duplicate field",
                "{'a':{'dtype':'F32' | header is not JSON",
            })
    void read_damagedHeader_isRefused(String header, String message) {
        SafetensorsFile.write(file, json(header), new byte[8]);

        assertRefused(message);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Checkpoint.openFile(file))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    private static String json(String singleQuoted) {
        return singleQuoted.replace('\'', '"');
    }
}
