package dev.embedonce.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.codec.Safetensors;
import dev.embedonce.codec.TensorSpec;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The tiny chat model, changed. */
final class ChangedModels {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EMBEDDING = "model.language_model.embed_tokens.weight";
    /** What the template's prompt ends with. */
    private static final String NEW_LINE = "Ċ";

    private ChangedModels() {}

    /**
     * Writes a model that always answers with the same text. Its layers add nothing to a token's embedding, and its
     * output layer is the successor of each token of the text; the pieces of the text are tokens of their own.
     *
     * @param pieces of the text: at most ten that are no tokens yet, none twice
     */
    static VisionLanguageModel answering(Path folder, List<String> pieces) {
        try {
            copy(folder);
            ObjectNode config = object(folder.resolve("config.json"));
            config.put("tie_word_embeddings", false);
            config.withObject("/text_config").put("tie_word_embeddings", false);
            JSON.writeValue(folder.resolve("config.json").toFile(), config);
            weights(folder, tokens(folder, pieces));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return load(folder);
    }

    /**
     * Writes a model that says the same word again and again, to the end of a context of that many tokens: an answer
     * that lasts as long as a test needs it. Its layers add nothing, and no token is as likely as the word.
     */
    static VisionLanguageModel endless(Path folder, int contextTokens) {
        try {
            copy(folder);
            ObjectNode config = object(folder.resolve("config.json"));
            config.put("tie_word_embeddings", false);
            config.withObject("/text_config")
                    .put("tie_word_embeddings", false)
                    .put("max_position_embeddings", contextTokens);
            JSON.writeValue(folder.resolve("config.json").toFile(), config);
            int[] chain = tokens(folder, List.of("again "));
            weights(folder, new int[] {chain[0], chain[1], chain[1]});
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return load(folder);
    }

    /** Writes a model with another chat template. */
    static VisionLanguageModel withTemplate(Path folder, String template) {
        try {
            copy(folder);
            Path file = folder.resolve("tokenizer_config.json");
            JSON.writeValue(file.toFile(), object(file).put("chat_template", template));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return load(folder);
    }

    private static void copy(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(TestServer.resource("models/qwen3_vl"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
    }

    private static VisionLanguageModel load(Path folder) {
        return VisionLanguageModel.load(
                folder, ModelOptions.builder().threads(1).build());
    }

    private static ObjectNode object(Path file) throws IOException {
        return (ObjectNode) JSON.readTree(file.toFile());
    }

    /** The ids of what the text begins behind, of its pieces, and of its end. */
    private static int[] tokens(Path folder, List<String> pieces) throws IOException {
        ObjectNode tokenizer = object(folder.resolve("tokenizer.json"));
        ArrayNode added = (ArrayNode) tokenizer.path("added_tokens");
        Map<String, Integer> ids = new LinkedHashMap<>();
        added.forEach(token ->
                ids.put(token.path("content").asText(), token.path("id").intValue()));
        int next = ids.values().stream().mapToInt(Integer::intValue).max().orElseThrow() + 1;
        int[] chain = new int[pieces.size() + 2];
        chain[0] = tokenizer.path("model").path("vocab").path(NEW_LINE).intValue();
        for (int i = 0; i < pieces.size(); i++) {
            if (!ids.containsKey(pieces.get(i))) {
                ids.put(pieces.get(i), next);
                added.add(token(next++, pieces.get(i)));
            }
            chain[i + 1] = Objects.requireNonNull(ids.get(pieces.get(i)));
        }
        chain[pieces.size() + 1] = Objects.requireNonNull(ids.get("<|im_end|>"));
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
        return chain;
    }

    private static JsonNode token(int id, String content) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", false);
    }

    private static void weights(Path folder, int[] chain) throws IOException {
        Path file = folder.resolve(Checkpoint.SINGLE);
        Safetensors read = Safetensors.read(ByteBuffer.wrap(Files.readAllBytes(file)));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ByteBuffer data = read.data();
        for (TensorSpec spec : read.tensors()) {
            byte[] bytes = new byte[Tensor.byteCount(spec.dtype(), spec.shape())];
            data.get(bytes);
            if (spec.name().matches(".*language_model.*\\.(o_proj|down_proj)\\.weight")) {
                Arrays.fill(bytes, (byte) 0);
            }
            tensors.put(spec.name(), Tensor.copyOf(spec.dtype(), spec.shape(), ByteBuffer.wrap(bytes)));
        }
        tensors.put("lm_head.weight", successors(Objects.requireNonNull(tensors.get(EMBEDDING)), chain));
        try (OutputStream out = Files.newOutputStream(file)) {
            for (ByteBuffer part : Safetensors.file(tensors, Map.of())) {
                Channels.newChannel(out).write(part);
            }
        }
    }

    /** The embeddings of each token of the chain, added to the row of the next. */
    private static Tensor successors(Tensor embedding, int[] chain) {
        FloatBuffer rows = embedding.floats();
        int channels = Math.toIntExact(embedding.dim(1));
        float[] successors = new float[rows.remaining()];
        for (int i = 0; i + 1 < chain.length; i++) {
            for (int channel = 0; channel < channels; channel++) {
                successors[chain[i + 1] * channels + channel] += rows.get(chain[i] * channels + channel);
            }
        }
        return Tensor.ofFloats(successors, embedding.shape());
    }
}
