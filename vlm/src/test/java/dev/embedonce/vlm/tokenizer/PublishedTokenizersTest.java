package dev.embedonce.vlm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form of published tokenizers gives the reference's ids; goldens are of {@code scripts/golden-tokenizer}. */
class PublishedTokenizersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of("src/test/resources/tokenizers");

    @TempDir
    Path temp;

    static List<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(ROOT)) {
            return files.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private ModelTokenizer open(Path folder) {
        return ModelTokenizer.open(folder, temp.resolve("cache"));
    }

    private static long[] longs(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void ids_andTheirTexts_areTheReferences(String name) throws IOException {
        JsonNode texts = JSON.readTree(ROOT.resolve(name).resolve("golden.json").toFile())
                .get("texts");
        assertThat(texts).hasSizeGreaterThan(50);
        try (ModelTokenizer tokenizer = open(ROOT.resolve(name))) {
            for (JsonNode row : texts) {
                String text = row.get("text").asText();
                long[] ids = longs(row.get("ids"));
                assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
                assertThat(tokenizer.decode(ids))
                        .as("decoded " + text)
                        .isEqualTo(row.get("decoded").asText());
            }
        }
    }

    /** Its class reads the file as Llama's does, and sets nothing before a text. */
    @Test
    void ernies_areLlamasWithoutABeginning() throws IOException {
        Path folder = copy("llama");
        edit(folder.resolve("tokenizer_config.json"), "LlamaTokenizer", "Ernie4_5_VLTokenizer");
        try (ModelTokenizer llama = open(ROOT.resolve("llama"));
                ModelTokenizer ernie = open(folder)) {
            for (String text : List.of("Which picture? 12 of 3.", " spaces  ", "Straße")) {
                long[] ids = llama.encode(text);
                assertThat(ernie.encode(text)).as(text).isEqualTo(Arrays.copyOfRange(ids, 1, ids.length));
            }
        }
    }

    @Test
    void placeholderInTokenizerConfigAlone_isOneToken() {
        for (String name : List.of("qwen2", "qwen2_json")) {
            try (ModelTokenizer tokenizer = open(ROOT.resolve(name))) {
                assertThat(tokenizer.encode("<|image_pad|>")).hasSize(1);
            }
        }
    }

    // ---- bad files

    private Path copy(String name) throws IOException {
        Path folder = Files.createDirectories(temp.resolve("bad"));
        try (Stream<Path> files = Files.list(ROOT.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return folder;
    }

    private void assertRefused(Path folder, String... says) {
        assertThatThrownBy(() -> open(folder).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll(says);
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(from), to));
    }

    @Test
    void noTokenizer_saysWhatWasExpected() throws IOException {
        Path folder = copy("qwen2");
        Files.delete(folder.resolve("merges.txt"));
        assertRefused(folder, "tokenizer.json", "vocab.json with merges.txt", "tiktoken.model", "tokenizer.model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b c", "onlyone", "zz yy"})
    void brokenMerge_isNamedByLine(String line) throws IOException {
        Path folder = copy("gpt2");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nh e\n" + line + "\n");
        assertRefused(folder, "merges.txt", "line 3", line);
    }

    @Test
    void idOfTwoTokens_isRefused() throws IOException {
        Path folder = copy("gpt2");
        edit(folder.resolve("vocab.json"), "\"!\": 0", "\"!\": 1");
        assertRefused(folder, "vocab.json", "an id that no other token has");
    }

    @Test
    void largeFile_isRefusedByName() throws IOException {
        Path folder = copy("gpt2");
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("merges.txt").toFile(), "rw")) {
            file.setLength(100L << 20);
        }
        assertRefused(folder, "merges.txt", "at most 67108864 bytes", "found 104857600");
    }

    @Test
    void addedTokenWhoseIdLeavesAGap_isRefused() throws IOException {
        for (String name : List.of("qwen2", "qwen2_json")) {
            Path folder = copy(name);
            ObjectNode config = (ObjectNode)
                    JSON.readTree(folder.resolve("tokenizer_config.json").toFile());
            ObjectNode tokens = (ObjectNode) config.get("added_tokens_decoder");
            tokens.set(
                    "9000",
                    ((ObjectNode) tokens.get("400") == null ? tokens.elements().next() : tokens.get("400")).deepCopy());
            ((ObjectNode) tokens.get("9000")).put("content", "<|far|>");
            JSON.writeValue(folder.resolve("tokenizer_config.json").toFile(), config);
            assertRefused(folder, "tokenizer_config.json", "<|far|>", "9000");
            deleteAll(folder);
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void unknownClass_isRefusedByName() throws IOException {
        for (String name : List.of("qwen2", "kimi", "llama")) {
            Path folder = copy(name);
            ObjectNode config = (ObjectNode)
                    JSON.readTree(folder.resolve("tokenizer_config.json").toFile());
            JSON.writeValue(
                    folder.resolve("tokenizer_config.json").toFile(), config.put("tokenizer_class", "XLNetTokenizer"));
            assertRefused(folder, "tokenizer_config.json", "tokenizer_class", "XLNetTokenizer");
            deleteAll(folder);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"!!! 3", "IQ== 7", "IQ==", "IQ== 3 4", "IQ== 3"})
    void brokenLineOfTiktoken_isNamed(String line) throws IOException {
        Path folder = copy("kimi");
        List<String> lines = Files.readAllLines(folder.resolve("tiktoken.model"));
        lines.set(3, line);
        Files.write(folder.resolve("tiktoken.model"), lines);
        assertRefused(folder, "tiktoken.model", "line 4");
    }

    @Test
    void tiktokenWithoutAByte_isRefused() throws IOException {
        Path folder = copy("kimi");
        Files.write(
                folder.resolve("tiktoken.model"),
                Files.readAllLines(folder.resolve("tiktoken.model")).subList(0, 255));
        assertRefused(folder, "tiktoken.model", "a token for each byte");
    }

    /** All its parts would be looked up, and those of millions of characters take for ever. */
    @Test
    void endlessToken_isRefused() throws IOException {
        Path folder = copy("kimi");
        Path file = folder.resolve("tiktoken.model");
        int rank = Files.readAllLines(file).size();
        String endless = Base64.getEncoder().encodeToString(new byte[3_000_000]);
        Files.writeString(file, endless + " " + rank + "\n", StandardOpenOption.APPEND);
        assertRefused(folder, "tiktoken.model", "line " + (rank + 1));
    }

    @Test
    void cutModelOfSentencePiece_isRefused() throws IOException {
        Path folder = copy("llama");
        Path file = folder.resolve("tokenizer.model");
        byte[] all = Files.readAllBytes(file);
        for (int size : new int[] {1, 100, all.length / 2 + 1}) {
            Files.write(file, Arrays.copyOf(all, size));
            assertRefused(folder, "tokenizer.model");
        }
    }

    @Test
    void emptyModel_isRefused() throws IOException {
        Path folder = copy("llama");
        Files.write(folder.resolve("tokenizer.model"), new byte[0]);
        assertRefused(folder, "tokenizer.model", "expected pieces");
    }

    @Test
    void textThatIsNoUtf8_isRefused() throws IOException {
        Path folder = copy("gpt2");
        Files.write(folder.resolve("merges.txt"), "é".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(folder, "merges.txt", "UTF-8");
    }
}
