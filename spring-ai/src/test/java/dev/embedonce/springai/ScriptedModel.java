package dev.embedonce.springai;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The demo model, made to recite. Its language model's layers add nothing, so the last token alone decides which comes
 * next; every piece of a line is a token of its own, followed by the line's next one. The chat template chooses the
 * line: the last token of the prompt is the one that it begins with.
 */
final class ScriptedModel {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LAYERS = "model.language_model.";

    /**
     * What is said if a condition in the template's language holds; the first line counts whose condition does. Known
     * there: {@code role} and {@code last}, the last message's role and text.
     */
    record Line(String condition, boolean endless, List<String> pieces) {
        static Line of(String condition, String... pieces) {
            return new Line(condition, false, List.of(pieces));
        }

        /** One that begins again after its last piece, until the context is full. */
        static Line endless(String condition, String... pieces) {
            return new Line(condition, true, List.of(pieces));
        }
    }

    private final List<Line> script;
    private final ArrayNode tokens;
    private final int vocabulary;
    private final int end;
    /** The token that follows each. */
    private final List<Integer> next;

    private ScriptedModel(List<Line> script, ArrayNode tokens, int vocabulary, int end) {
        this.script = script;
        this.tokens = tokens;
        this.vocabulary = vocabulary;
        this.end = end;
        this.next = new ArrayList<>(Collections.nCopies(vocabulary, end));
    }

    /** @param folder an empty one, for its files */
    static VisionLanguageModel load(Path folder, List<Line> script) throws IOException {
        Path demo = DemoModel.unpack(folder.resolve("demo"));
        ObjectNode tokenizer = object(demo.resolve("tokenizer.json"));
        ObjectNode config = object(demo.resolve("config.json"));
        ObjectNode text = (ObjectNode) config.get("text_config");
        ScriptedModel model = new ScriptedModel(
                script,
                (ArrayNode) tokenizer.get("added_tokens"),
                text.get("vocab_size").intValue(),
                text.get("eos_token_id").intValue());
        script.forEach(model::learn);
        text.put("vocab_size", model.next.size());
        Files.writeString(demo.resolve("tokenizer.json"), tokenizer.toString());
        Files.writeString(demo.resolve("config.json"), config.toString());
        Files.writeString(demo.resolve("chat_template.jinja"), model.template());
        model.writeWeights(
                demo.resolve("model.safetensors"), text.get("hidden_size").intValue());
        return VisionLanguageModel.load(
                demo, ModelOptions.builder().threads(1).cacheFolder(folder).build());
    }

    private static ObjectNode object(Path file) throws IOException {
        return (ObjectNode) JSON.readTree(file.toFile());
    }

    private void learn(Line line) {
        add(start(line), true);
        int first = next.size();
        for (String piece : line.pieces()) {
            next.set(next.size() - 1, next.size());
            add(piece, false);
        }
        if (line.endless()) {
            next.set(next.size() - 1, first);
        }
    }

    private void add(String content, boolean special) {
        tokens.addObject()
                .put("id", next.size())
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
        next.add(end);
    }

    private String start(Line line) {
        return "<|line_" + script.indexOf(line) + "|>";
    }

    private String template() {
        StringBuilder choice = new StringBuilder();
        for (Line line : script) {
            String tag = choice.isEmpty() ? "if " : "elif ";
            choice.append("{%- " + tag + line.condition() + " %}{{- '" + start(line) + "' }}");
        }
        return """
                {%- set ns = namespace(last='') %}
                {%- for tool in tools or [] %}{{- tool | tojson }}{%- endfor %}
                {%- for message in messages %}
                    {%- set ns.last = '' %}
                    {{- '<|im_start|>' + message.role }}
                    {%- for item in message.content %}
                        {%- if item.type == 'image' %}
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
                    {{- '<|im_end|>' }}
                {%- endfor %}
                {%- set last = ns.last %}
                {%- set role = messages[-1].role %}
                {%- if add_generation_prompt %}
                """ + choice + "{%- endif %}{%- endif %}";
    }

    private void writeWeights(Path file, int hidden) throws IOException {
        Safetensors read = Safetensors.read(ByteBuffer.wrap(Files.readAllBytes(file)));
        ByteBuffer data = read.data();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (TensorSpec spec : read.tensors()) {
            byte[] bytes = new byte[Tensor.byteCount(spec.dtype(), spec.shape())];
            data.get(bytes);
            boolean adds = spec.name().startsWith(LAYERS) && spec.name().matches(".*(o_proj|down_proj)\\.weight");
            ByteBuffer kept = adds ? ByteBuffer.allocate(bytes.length) : ByteBuffer.wrap(bytes);
            tensors.put(spec.name(), Tensor.copyOf(spec.dtype(), spec.shape(), kept));
        }
        Random random = new Random(1);
        float[] embeddings = new float[next.size() * hidden];
        float[] head = new float[next.size() * hidden];
        for (int id = 0; id < next.size(); id++) {
            for (int i = 0; i < hidden; i++) {
                embeddings[id * hidden + i] = random.nextBoolean() ? 1 : -1;
                if (id >= vocabulary) {
                    head[next.get(id) * hidden + i] += embeddings[id * hidden + i];
                }
            }
        }
        tensors.put(LAYERS + "embed_tokens.weight", Tensor.ofFloats(embeddings, next.size(), hidden));
        tensors.put("lm_head.weight", Tensor.ofFloats(head, next.size(), hidden));
        float[] ones = new float[hidden];
        Arrays.fill(ones, 1);
        tensors.put(LAYERS + "norm.weight", Tensor.ofFloats(ones, hidden));
        try (OutputStream out = Files.newOutputStream(file)) {
            for (ByteBuffer part : Safetensors.file(tensors, Map.of("format", "pt"))) {
                Channels.newChannel(out).write(part);
            }
        }
    }
}
