package dev.embedonce.vlm.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.TensorModel;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.tokenizer.ModelTokenizer;
import dev.embedonce.vlm.trace.Trace;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a family must compute: the same pixels, token ids, features, logits and greedy tokens as transformers, for every
 * layout of its checkpoints. A family's test names its goldens.
 */
public abstract class FamilyGoldenContract {
    /** Float32 sums in another order: differences grow with the layers. Measured below 1e-5. */
    protected static final double TOLERANCE = 1e-4;

    @TempDir
    Path temp;

    /** Models and layouts: {@code llava} in {@code published}, .. */
    protected abstract Map<String, List<String>> models();

    /** How far features and logits may be from the reference's, and why in the overriding method's comment. */
    protected double tolerance() {
        return TOLERANCE;
    }

    /** Changes the files of a model before it is opened. */
    protected void prepare(Path folder) {}

    /** What the request of a case asks of the processor. */
    protected ImageSettings settings(Goldens.Case golden) {
        return golden.settings();
    }

    /** The token ids of a case. */
    protected long[] inputIds(Goldens.Case golden) {
        return golden.inputIds();
    }

    /** What the reference's processor makes of the pictures of a case, by name. */
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> reference = new LinkedHashMap<>();
        for (String name : List.of(
                "pixel_values",
                "image_grid_thw",
                "image_sizes",
                "pixel_attention_mask",
                "num_crops",
                "aspect_ratio_ids",
                "aspect_ratio_mask",
                "num_tiles")) {
            if (golden.has(name)) {
                reference.put(name, golden.tensor(name));
            }
        }
        return reference;
    }

    @TestFactory
    Stream<DynamicTest> everyCase_equalsTheReference() {
        List<DynamicTest> tests = new ArrayList<>();
        models().forEach((model, layouts) -> layouts.forEach(layout -> tests.add(
                dynamicTest(model + " " + layout, () -> everyCase(Goldens.of(model, layout), model + layout)))));
        return tests.stream();
    }

    private void everyCase(Goldens goldens, String name) {
        Path folder = goldens.model(temp.resolve(name.replace('/', '-')));
        prepare(folder);
        FamilyFiles files = FamilyFiles.of(folder);
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS);
                ModelTokenizer tokenizer = ModelTokenizer.open(
                        files.json(),
                        temp.resolve("native"),
                        Families.of(files.json()).addedTokens())) {
            for (Goldens.Case golden : goldens.cases()) {
                if (golden.isRefused()) {
                    checkRefused(model, golden);
                } else {
                    check(model, tokenizer, golden);
                }
            }
        }
    }

    /** A case whose pictures the reference's processor does not take as they are. */
    protected void checkRefused(FamilyModel model, Goldens.Case golden) {
        assertThatThrownBy(() -> process(model, golden)).isInstanceOf(ImageException.class);
    }

    @TestFactory
    Stream<DynamicTest> tensorsOfTheReference_needConfigAndWeightsOnly() {
        List<DynamicTest> tests = new ArrayList<>();
        models().forEach((model, layouts) -> layouts.forEach(layout -> tests.add(dynamicTest(
                model + " " + layout, () -> everyTrace(Goldens.of(model, layout), model + layout + "-bare")))));
        return tests.stream();
    }

    private void everyTrace(Goldens goldens, String name) throws IOException {
        Path folder = goldens.model(temp.resolve(name.replace('/', '-')));
        prepare(folder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String fileName = file.getFileName().toString();
                if (!fileName.equals("config.json") && !fileName.contains(".safetensors")) {
                    Files.delete(file);
                }
            }
        }
        ModelOptions options = ModelOptions.builder()
                .cacheFolder(temp.resolve("cache"))
                .threads(2)
                .build();
        List<Goldens.Case> cases = goldens.cases().stream()
                .filter(golden -> !golden.isRefused())
                .filter(golden ->
                        golden.has("pixel_values") || golden.pictureNames().isEmpty())
                .toList();
        Map<String, Tensor> pictures = processed(goldens.named("one"));
        try (TensorModel model = TensorModel.load(folder, pictures, options)) {
            for (Goldens.Case golden : cases) {
                checkTrace(model, golden);
            }
        }
        for (String other : List.of("preprocessor_config.json", "processor_config.json", "tokenizer_config.json")) {
            Files.writeString(folder.resolve(other), "not even JSON");
        }
        TensorModel.load(folder, pictures, options).close();
    }

    private void checkTrace(TensorModel model, Goldens.Case golden) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(processed(golden));
        long[] ids = inputIds(golden);
        inputs.put("input_ids", Tensor.ofLongs(ids, 1, ids.length));
        int count = golden.tokens().length;
        Trace trace = Trace.ofTensors(model, inputs, new Trace.Options(count, false, null));
        for (String name : List.of("features", "deepstack_0", "deepstack_1", "deepstack_2")) {
            if (golden.has(name)) {
                assertClose(
                        golden + ": " + name,
                        Objects.requireNonNull(trace.tensors().get(name)),
                        golden.tensor(name));
            }
        }
        Tensor logits = Objects.requireNonNull(trace.tensors().get("logits"));
        assertClose(golden + ": last logits", published(logits, golden), golden.tensor("last_logits"));
        assertThat(trace.tensors().get("tokens"))
                .as("%s: tokens", golden)
                .isEqualTo(Tensor.ofLongs(golden.tokens(), 1, count));
    }

    private void check(FamilyModel model, ModelTokenizer tokenizer, Goldens.Case golden) {
        List<ProcessedImage> processed = process(model, golden);
        checkPixels(model, processed, golden);
        List<VisionFeatures> features =
                processed.isEmpty() ? List.of() : model.tower().encode(processed);
        checkFeatures(features, golden);
        List<PromptPiece> expanded = model.prompts().expand(golden.prompt(), features);
        assertThat(tokenizer.encode(expanded)).as("%s: ids", golden).isEqualTo(inputIds(golden));
        Prompt prompt = model.prompts().assemble(inputIds(golden), features);
        checkPositions(prompt, golden);
        checkLanguage(model, prompt, golden);
    }

    /** The case's pictures, made ready. */
    protected final List<ProcessedImage> process(FamilyModel model, Goldens.Case golden) {
        ImageSettings settings = settings(golden)
                .withImagesInRequest(Math.max(1, golden.pictures().size()));
        return golden.pictures().stream()
                .map(picture -> model.images().process(picture, settings))
                .toList();
    }

    /** Bit for bit: the reference's PIL processor and ours do the same arithmetic. */
    private void checkPixels(FamilyModel model, List<ProcessedImage> processed, Goldens.Case golden) {
        if (!golden.has("pixel_values")) {
            return;
        }
        List<ProcessedImage> expected = model.images().split(processed(golden));
        assertThat(processed).as("%s: pictures", golden).hasSameSizeAs(expected);
        for (int i = 0; i < processed.size(); i++) {
            assertThat(processed.get(i).inputs())
                    .as("%s: inputs", golden)
                    .isEqualTo(expected.get(i).inputs());
            assertThat(processed.get(i).layout())
                    .as("%s: layout", golden)
                    .isEqualTo(expected.get(i).layout());
        }
    }

    private void checkFeatures(List<VisionFeatures> features, Goldens.Case golden) {
        for (String name : List.of("features", "deepstack_0", "deepstack_1", "deepstack_2")) {
            if (golden.has(name)) {
                assertClose(golden + ": " + name, joined(features, name), golden.tensor(name));
            }
        }
    }

    private static Tensor joined(List<VisionFeatures> features, String name) {
        int count = features.stream()
                .mapToInt(f -> (int) f.get(name).elementCount())
                .sum();
        float[] all = new float[count];
        int at = 0;
        for (VisionFeatures image : features) {
            FloatBuffer values = image.get(name).floats();
            int length = values.remaining();
            values.get(all, at, length);
            at += length;
        }
        long channels = features.get(0).get(name).dim(1);
        return Tensor.ofFloats(all, count / channels, channels);
    }

    private static void checkPositions(Prompt prompt, Goldens.Case golden) {
        if (!golden.has("position_ids")) {
            return;
        }
        Tensor reference = golden.tensor("position_ids");
        for (int axis = 0; axis < 3; axis++) {
            for (int token = 0; token < prompt.length(); token++) {
                assertThat(prompt.position(axis, token))
                        .as("%s: axis %d of token %d", golden, axis, token)
                        .isEqualTo((int) reference.longs().get(axis * prompt.length() + token));
            }
        }
    }

    private void checkLanguage(FamilyModel model, Prompt prompt, Goldens.Case golden) {
        long[] expected = golden.tokens();
        try (SequenceBatch batch = model.language().newBatch()) {
            Sequence sequence = batch.open(prompt, prompt.length() + expected.length);
            Tensor logits = batch.prefill(sequence, prompt.length(), Wanted.ALL);
            if (golden.has("logits")) {
                assertClose(golden + ": logits", published(logits, golden), golden.tensor("logits"));
            }
            Tensor last = row(logits, (int) logits.dim(0) - 1);
            if (golden.has("last_logits")) {
                assertClose(golden + ": last logits", published(last, golden), golden.tensor("last_logits"));
            }
            long[] tokens = new long[expected.length];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = largest(last);
                last = batch.decode(List.of(sequence), new long[] {tokens[i]});
            }
            assertThat(tokens).as("%s: tokens", golden).isEqualTo(expected);
        }
    }

    /** Without the logits of tokens that only the layout of transformers 5 has. */
    private static Tensor published(Tensor logits, Goldens.Case golden) {
        int all = (int) logits.dim(1);
        int kept = (int) golden.tensor("last_logits").elementCount();
        int rows = (int) logits.dim(0);
        float[] values = new float[rows * kept];
        for (int row = 0; row < rows; row++) {
            logits.floats().slice(row * all, kept).get(values, row * kept, kept);
        }
        return Tensor.ofFloats(values, rows, kept);
    }

    /** The first of the largest of one row of logits. */
    static long largest(Tensor logits) {
        FloatBuffer values = logits.floats();
        int best = 0;
        for (int i = 1; i < values.limit(); i++) {
            if (values.get(i) > values.get(best)) {
                best = i;
            }
        }
        return best;
    }

    static Tensor row(Tensor logits, int index) {
        int bytes = Math.toIntExact(logits.dim(1)) * Float.BYTES;
        return Tensor.view(
                logits.dtype(), new long[] {1, logits.dim(1)}, logits.data().slice(index * bytes, bytes));
    }

    void assertClose(String what, Tensor actual, Tensor expected) {
        assertThat(actual.elementCount()).as(what).isEqualTo(expected.elementCount());
        assertThat(Goldens.difference(actual, expected)).as(what).isLessThan(tolerance());
    }
}
