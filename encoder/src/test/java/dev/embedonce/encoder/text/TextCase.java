package dev.embedonce.encoder.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A tiny model with a tokenizer of its own, and what transformers makes of texts with it. */
enum TextCase {
    CLIP("clip"),
    CLIP_OTHER_PADDING("clip-other-padding"),
    SIGLIP("siglip"),
    SIGLIP2("siglip2"),
    SIGLIP2_NAFLEX("siglip2-naflex");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What transformers makes of one text. */
    record Golden(String text, List<Long> inputIds, List<Long> attentionMask) {
        byte[] utf8() {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    private final String folder;

    TextCase(String folder) {
        this.folder = folder;
    }

    Path folder() {
        try {
            return Path.of(Objects.requireNonNull(TextCase.class.getResource("/text/" + folder))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    List<Golden> goldens() {
        try {
            JsonNode cases = JSON.readTree(folder().resolve("golden.json").toFile());
            return StreamSupport.stream(cases.spliterator(), false)
                    .map(c -> new Golden(
                            c.get("text").asText(), longs(c.get("input_ids")), longs(c.get("attention_mask"))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Long> longs(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asLong)
                .toList();
    }

    /** Whether our tokens are transformers' tokens; {@link TextFamily} names the exception. */
    boolean isExact(Golden golden) {
        return this != SIGLIP
                || !(golden.text().contains("</s>") || golden.text().contains("<unk>"));
    }

    /** One vector a text. */
    List<float[]> features(String name) {
        float[] all = Weights.floats(
                Checkpoint.openFile(folder().resolve("golden.safetensors")).get(name));
        int dimension = all.length / goldens().size();
        return Stream.iterate(0, from -> from < all.length, from -> from + dimension)
                .map(from -> Arrays.copyOfRange(all, from, from + dimension))
                .toList();
    }

    /** A copy of the model that a test may change. */
    Path copyTo(Path target) throws IOException {
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return target;
    }

    /** Changes a JSON file. */
    static void edit(Path file, Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
        change.accept(json);
        Files.writeString(file, JSON.writeValueAsString(json));
    }
}
