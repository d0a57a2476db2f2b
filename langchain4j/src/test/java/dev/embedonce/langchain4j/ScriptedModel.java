package dev.embedonce.langchain4j;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.codec.Safetensors;
import dev.embedonce.codec.TensorSpec;
import dev.embedonce.demo.DemoModel;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The demo model with weights by which it recites: every layer of its language model adds nothing, so the token that
 * comes next depends on the last one alone, and the embedding table and the LM head say which that is. Its chat
 * template looks for words in a conversation, and ends the prompt with a token from which the answer follows. All else
 * is as in any model: pictures go through the tower, answers through the engine.
 */
final class ScriptedModel {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NOTHING = -1;

    /**
     * What it says when its condition, in the template's language, is true. The first that is counts. Each piece is a
     * token of its own, so none may be another's, or one of the demo model's.
     */
    private record Line(String when, boolean again, List<String> pieces) {
        Line(String when, boolean again, String... pieces) {
            this(when, again, List.of(pieces));
        }
    }

    private static final List<Line> SCRIPT = List.of(
            new Line("role == 'tool' and '14:35' in last", false, "It is sunny,", " and 14:35 in France."),
            new Line("role == 'tool' and '10:14' in last", false, "It is 10:14", " by my clock."),
            new Line("role == 'tool' and 'sunny' in last", false, "The sun", " shines there."),
            new Line(
                    "tools and 'in parallel' in last",
                    false,
                    "<tool_call>{\"name\": \"getWeather\", \"arguments\": ",
                    "{\"city\": \"Munich\"} }</tool_call>",
                    "<tool_call>{\"name\": \"getTime\", \"arguments\": ",
                    "{\"country\": \"France\"}}</tool_call>"),
            new Line(
                    "tools and 'weather in Munich' in last",
                    false,
                    "<tool_call>{\"name\":\"getWeather\", \"arguments\": ",
                    "{\"city\": \"Munich\"}}</tool_call>"),
            new Line(
                    "tools and 'get_current_time' in last",
                    false,
                    "<tool_call>{\"name\": \"get_current_time\", ",
                    "\"arguments\": {}}</tool_call>"),
            new Line("ns.images == 2", false, "A cat on the left,", " dice on the right."),
            new Line("ns.images == 1", false, "I see", " a cat."),
            new Line("'capital of Germany' in last", false, "Its", " capital", " is", " called", " Berlin", " now."),
            new Line("'German' in ns.all and 'love' in last", false, "Ich", " liebe", " dich."),
            new Line("'green' in ns.all and 'favorite' in last", false, "Your favorite is", " green."),
            new Line("'Hello World' in last", false, "Hello", " World", " again."),
            new Line("'long story' in last", true, "Once", " upon", " a", " time,", " there was", " a dog."),
            new Line("true", false, "I do not", " know."));

    private ScriptedModel() {}

    /** @param folder an empty one, for its files */
    static VisionLanguageModel load(Path folder) throws IOException {
        Path demo = DemoModel.unpack(folder.resolve("demo"));
        try (Stream<Path> files = Files.list(demo)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        ObjectNode tokenizer =
                (ObjectNode) JSON.readTree(folder.resolve("tokenizer.json").toFile());
        ObjectNode config =
                (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
        int end = config.at("/text_config/eos_token_id").asInt();
        int[] next = addTokens(
                (ArrayNode) tokenizer.get("added_tokens"),
                config.at("/text_config/vocab_size").asInt(),
                end);
        ((ObjectNode) config.get("text_config")).put("vocab_size", next.length);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
        Files.writeString(folder.resolve("config.json"), config.toString());
        Files.writeString(folder.resolve("chat_template.jinja"), template());
        recite(folder.resolve("model.safetensors"), next, end);
        return VisionLanguageModel.load(
                folder, ModelOptions.builder().threads(1).build());
    }

    /** Adds a token for each piece, and one that begins each line; returns which token comes after which. */
    private static int[] addTokens(ArrayNode tokens, int first, int end) {
        int size = first
                + SCRIPT.stream().mapToInt(line -> line.pieces().size() + 1).sum();
        int[] next = new int[size];
        Arrays.fill(next, NOTHING);
        int id = first;
        for (int i = 0; i < SCRIPT.size(); i++) {
            Line line = SCRIPT.get(i);
            add(tokens, id, start(i), true);
            for (String piece : line.pieces()) {
                next[id] = id + 1;
                add(tokens, ++id, piece, false);
            }
            next[id] = line.again() ? id + 1 - line.pieces().size() : end;
            id++;
        }
        return next;
    }

    private static String start(int line) {
        return "<|line_" + line + "|>";
    }

    private static void add(ArrayNode tokens, int id, String content, boolean special) {
        tokens.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
    }

    private static String template() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < SCRIPT.size(); i++) {
            lines.append(i == 0 ? "{%- if " : "{%- elif ")
                    .append(SCRIPT.get(i).when())
                    .append(" %}{{- '")
                    .append(start(i))
                    .append("' }}");
        }
        return """
                {%- set ns = namespace(all='', last='', images=0) %}
                {%- for tool in tools or [] %}{{- tool | tojson }}{%- endfor %}
                {%- for message in messages %}
                    {%- set ns.last = '' %}
                    {{- '<|im_start|>' + message.role }}
                    {%- for item in message.content %}
                        {%- if item.type == 'image' %}
                            {%- set ns.images = ns.images + 1 %}
                            {{- '<|vision_start|><|image_pad|><|vision_end|>' }}
                        {%- else %}
                            {%- set ns.last = ns.last + item.text %}
                            {{- item.text }}
                        {%- endif %}
                    {%- endfor %}
                    {%- for call in message.tool_calls or [] %}
                        {{- '<tool_call>{"name": "' + call.function.name + '", "arguments": ' }}
                        {{- call.function.arguments | tojson }}
                        {{- '}</tool_call>' }}
                    {%- endfor %}
                    {%- set ns.all = ns.all + ns.last %}
                    {{- '<|im_end|>' }}
                {%- endfor %}
                {%- set last = ns.last %}
                {%- set role = messages[-1].role %}
                {%- if add_generation_prompt %}
                """ + lines + "{%- endif %}{%- endif %}";
    }

    private static void recite(Path file, int[] next, int end) throws IOException {
        Safetensors read = Safetensors.read(ByteBuffer.wrap(Files.readAllBytes(file)));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int hidden = 0;
        int at = 0;
        for (TensorSpec spec : read.tensors()) {
            int bytes = Tensor.byteCount(spec.dtype(), spec.shape());
            ByteBuffer data =
                    read.data().duplicate().position(at).limit(at + bytes).slice();
            at += bytes;
            String name = spec.name();
            boolean silent = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
            tensors.put(name, Tensor.copyOf(spec.dtype(), spec.shape(), silent ? ByteBuffer.allocate(bytes) : data));
            if (name.endsWith("language_model.norm.weight")) {
                hidden = (int) spec.shape()[0];
                float[] ones = new float[hidden];
                Arrays.fill(ones, 1);
                tensors.put(name, Tensor.ofFloats(ones, hidden));
            }
        }
        float[] embeddings = new float[next.length * hidden];
        float[] head = new float[next.length * hidden];
        Random random = new Random(1);
        for (int id = 0; id < next.length; id++) {
            for (int i = 0; i < hidden; i++) {
                embeddings[id * hidden + i] = random.nextBoolean() ? 1 : -1;
                if (next[id] != NOTHING) {
                    float weight = next[id] == end ? 1 : 2; // many tokens say that it ends; none may say so by chance
                    head[next[id] * hidden + i] += weight * embeddings[id * hidden + i];
                }
            }
        }
        tensors.put("model.language_model.embed_tokens.weight", Tensor.ofFloats(embeddings, next.length, hidden));
        tensors.put("lm_head.weight", Tensor.ofFloats(head, next.length, hidden));
        try (OutputStream out = Files.newOutputStream(file)) {
            var channel = Channels.newChannel(out);
            for (ByteBuffer part : Safetensors.file(tensors, Map.of("format", "pt"))) {
                channel.write(part);
            }
        }
    }
}
