package dev.embedonce.vlm.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.graph.blocks.LinearWeights;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The reference outputs of one model, as {@code scripts/golden-vlm} leaves them: cases, tensors, and the model in a
 * layout of its checkpoint.
 */
public final class Goldens {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of("src/test/resources/families");

    /** What every test opens models with: float32, two threads. */
    public static final FamilyOptions OPTIONS = new FamilyOptions(
            NumericMode.FLOAT32,
            NumericMode.FLOAT32,
            LinearWeights.DEFAULT,
            SessionOptions.DEFAULT.withThreads(2),
            PixelOptions.defaults(),
            TensorDigester.reading());

    private final Path folder;
    private final String layout;
    private final JsonNode cases;
    private final Weights tensors;

    private Goldens(Path folder, String layout) {
        this.folder = folder;
        this.layout = layout;
        Path own = Files.exists(folder.resolve(layout).resolve("cases.json")) ? folder.resolve(layout) : folder;
        this.cases = json(own.resolve("cases.json"));
        this.tensors = Checkpoint.openFile(own.resolve("golden.safetensors"));
    }

    /**
     * The goldens of a model, such as {@code llava} or {@code llava/variant}, in a layout such as {@code published}.
     */
    public static Goldens of(String model, String layout) {
        return new Goldens(ROOT.resolve(model), layout);
    }

    /** The model in a folder of its own, with the files that the layouts share copied in. */
    public Path model(Path target) {
        copy(folder.resolve(layout), target);
        JsonNode shared = json(folder.resolve("manifest.json"))
                .path("layouts")
                .path(layout)
                .path("copied_from_published");
        for (JsonNode name : shared) {
            try {
                Files.copy(folder.resolve("published").resolve(name.asText()), target.resolve(name.asText()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return target;
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                if (!file.endsWith("golden.safetensors") && !file.endsWith("cases.json")) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JSON text. */
    public static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One prompt with its pictures and what the reference makes of it. */
    public final class Case {
        private final JsonNode json;

        private Case(JsonNode json) {
            this.json = json;
        }

        public String name() {
            return json.get("name").asText();
        }

        /** Whether the reference's processor takes the pictures at all. */
        public boolean isRefused() {
            return json.hasNonNull("refused");
        }

        public List<byte[]> pictures() {
            List<byte[]> pictures = new ArrayList<>();
            json.get("pictures").forEach(name -> pictures.add(picture(name.asText())));
            return pictures;
        }

        /** The file names of the pictures. */
        public List<String> pictureNames() {
            List<String> names = new ArrayList<>();
            json.get("pictures").forEach(name -> names.add(name.asText()));
            return names;
        }

        /** What the request asks of the processor. */
        public ImageSettings settings() {
            ImageSettings settings = ImageSettings.DEFAULT;
            JsonNode size = json.path("settings").path("size");
            if (size.has("shortest_edge")) {
                settings = settings.withMinPixels(size.get("shortest_edge").asLong());
            }
            return size.has("longest_edge")
                    ? settings.withMaxPixels(size.get("longest_edge").asLong())
                    : settings;
        }

        public JsonNode messages() {
            return json.get("messages");
        }

        public String prompt() {
            return json.get("prompt").asText();
        }

        public long[] inputIds() {
            return longs("input_ids");
        }

        public long[] tokens() {
            return longs("tokens");
        }

        private long[] longs(String field) {
            return StreamSupport.stream(json.get(field).spliterator(), false)
                    .mapToLong(JsonNode::asLong)
                    .toArray();
        }

        public boolean has(String tensor) {
            return tensors.contains(name() + "." + tensor);
        }

        public Tensor tensor(String name) {
            TensorInfo info = tensors.get(name() + "." + name);
            DType dtype = info.type().safetensorsName().equals("I64") ? DType.INT64 : DType.FLOAT32;
            return Tensor.copyOf(dtype, info.shape().dims(), Weights.map(info));
        }

        @Override
        public String toString() {
            return name();
        }
    }

    public List<Case> cases() {
        List<Case> all = new ArrayList<>();
        cases.get("cases").forEach(json -> all.add(new Case(json)));
        return all;
    }

    /** The case of that name. */
    public Case named(String name) {
        return cases().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    /** The bytes of a test picture. */
    public static byte[] picture(String name) {
        try {
            return Files.readAllBytes(ROOT.resolve("pictures").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The largest difference between elements of two float tensors of equal shape. */
    public static double difference(Tensor a, Tensor b) {
        double largest = 0;
        for (int i = 0; i < a.elementCount(); i++) {
            largest = Math.max(
                    largest, Math.abs((double) a.floats().get(i) - b.floats().get(i)));
        }
        return largest;
    }
}
