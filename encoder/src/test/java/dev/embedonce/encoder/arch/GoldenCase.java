package dev.embedonce.encoder.arch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A tiny checkpoint that transformers has saved, and what transformers computes with it. */
record GoldenCase(String name, JsonNode manifest) {
    private static final int TOKENS = 12;

    static Stream<GoldenCase> all() {
        try {
            JsonNode cases = new ObjectMapper()
                    .readTree(folder().resolve("manifest.json").toFile())
                    .get("cases");
            return cases.properties().stream().map(entry -> new GoldenCase(entry.getKey(), entry.getValue()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GoldenCase named(String name) {
        return all().filter(c -> c.name.equals(name)).findFirst().orElseThrow();
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(GoldenCase.class.getResource("/arch"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    Path directory() {
        return folder().resolve(name);
    }

    /** height, width */
    List<int[]> sizes() {
        return StreamSupport.stream(manifest.get("sizes").spliterator(), false)
                .map(size -> new int[] {size.get(0).asInt(), size.get(1).asInt()})
                .toList();
    }

    boolean hasText() {
        return !manifest.get("text").isNull();
    }

    Tensor tokenIds() {
        JsonNode text = manifest.get("text");
        return GoldenInputs.tokenIds(
                TOKENS, text.get(0).asInt(), text.get(1).asInt(), text.get(2).asInt());
    }

    Weights goldens() {
        return Checkpoint.openFile(directory().resolve("golden.safetensors"));
    }

    /** The poolings there is an answer for. */
    List<Pooling> poolings(String input) {
        return Stream.of(Pooling.values())
                .filter(pooling -> goldens().contains(pooling.id() + "." + input))
                .toList();
    }

    float[] expected(Pooling pooling, String input) {
        return Weights.floats(goldens().get(pooling.id() + "." + input));
    }

    BuiltModel build(Modality modality, BuildOptions options) {
        return Architectures.build(ModelFiles.open(directory()), modality, options);
    }

    static OnnxSession open(BuiltModel model) {
        return OnnxSession.open(model.architecture(), model.graph(), SessionOptions.DEFAULT);
    }

    static float[] run(OnnxSession session, BuiltModel model, Tensor input) {
        Tensor output =
                Objects.requireNonNull(session.run(Map.of(model.input(), input)).get(model.output()));
        float[] values = new float[(int) output.elementCount()];
        output.floats().get(values);
        return values;
    }

    @Override
    public String toString() {
        return name;
    }
}
