package dev.embedonce.vlm.family.gemma3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.Prompt;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.Families;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyGoldenContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gemma3GoldenTest extends FamilyGoldenContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("gemma3", List.of("published", "transformers5"));
    }

    /** The pictures are small, so crops of them must be allowed to be. */
    @Override
    protected void prepare(Path model) {
        Path file = model.resolve("preprocessor_config.json");
        boolean nested = !Files.exists(file);
        try {
            Path settings = nested ? model.resolve("processor_config.json") : file;
            ObjectNode root = (ObjectNode) JSON.readTree(settings.toFile());
            (nested ? (ObjectNode) root.get("image_processor") : root).put("pan_and_scan_min_crop_size", 20);
            JSON.writeValue(settings.toFile(), root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return isPanAndScan(golden) ? ImageSettings.DEFAULT.withMaxTiles(4) : ImageSettings.DEFAULT;
    }

    private static boolean isPanAndScan(Goldens.Case golden) {
        return golden.name().equals("settings");
    }

    /** The processor keeps the number of crops to itself; both pictures of that case have two. */
    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        return isPanAndScan(golden)
                ? Map.of(
                        "pixel_values",
                        golden.tensor("pixel_values"),
                        "num_crops",
                        Tensor.ofLongs(new long[] {2, 2}, 2))
                : super.processed(golden);
    }

    @Test
    void prefill_inChunks_readsBlocksAtOnce() {
        Goldens goldens = Goldens.of("gemma3", "published");
        Goldens.Case golden = goldens.named("two");
        try (FamilyModel model = open(goldens);
                SequenceBatch batch = model.language().newBatch()) {
            Prompt prompt = prompt(model, golden);
            Sequence sequence = batch.open(prompt, prompt.length());
            int chunks = 0;
            for (int end = prompt.pauseFrom(4); end < prompt.length(); end = prompt.pauseFrom(end + 4)) {
                batch.prefill(sequence, end - sequence.length(), Wanted.NONE);
                chunks++;
            }
            Tensor last = batch.prefill(sequence, prompt.length() - sequence.length(), Wanted.LAST);
            assertThat(chunks).isGreaterThan(5);
            assertThat(Goldens.difference(last, golden.tensor("last_logits"))).isLessThan(TOLERANCE);
        }
    }

    @Test
    void prefill_endingWithinAPicture_isRefused() {
        Goldens goldens = Goldens.of("gemma3", "published");
        try (FamilyModel model = open(goldens);
                SequenceBatch batch = model.language().newBatch()) {
            Prompt prompt = prompt(model, goldens.named("one"));
            int within = prompt.blocks().get(0).from() + 3;
            Sequence sequence = batch.open(prompt, prompt.length());
            assertThat(prompt.pauseFrom(within))
                    .isEqualTo(prompt.blocks().get(0).to());
            assertThat(prompt.pauseUpTo(within))
                    .isEqualTo(prompt.blocks().get(0).from());
            assertThatThrownBy(() -> batch.prefill(sequence, within, Wanted.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("read at once");
        }
    }

    @Test
    void decode_rowsOfDifferentLengths_writeWhatEachWritesAlone() {
        Goldens goldens = Goldens.of("gemma3", "published");
        List<Goldens.Case> cases = List.of(goldens.named("three"), goldens.named("text"), goldens.named("one"));
        try (FamilyModel model = open(goldens);
                SequenceBatch batch = model.language().newBatch()) {
            List<Sequence> rows = cases.stream()
                    .map(golden -> batch.open(prompt(model, golden), 100))
                    .toList();
            rows.forEach(row -> batch.prefill(row, row.prompt().length(), Wanted.NONE));
            for (int step = 0; step + 1 < 16; step++) {
                int at = step;
                long[] tokens =
                        cases.stream().mapToLong(golden -> golden.tokens()[at]).toArray();
                Tensor logits = batch.decode(rows, tokens);
                for (int row = 0; row < rows.size(); row++) {
                    assertThat(largest(logits, row)).isEqualTo(cases.get(row).tokens()[step + 1]);
                }
            }
        }
    }

    private static long largest(Tensor logits, int row) {
        int columns = (int) logits.dim(1);
        int best = 0;
        for (int i = 1; i < columns; i++) {
            if (logits.floats().get(row * columns + i) > logits.floats().get(row * columns + best)) {
                best = i;
            }
        }
        return best;
    }

    private FamilyModel open(Goldens goldens) {
        return Families.open(FamilyFiles.of(goldens.model(folder.resolve("model"))), Goldens.OPTIONS);
    }

    private static Prompt prompt(FamilyModel model, Goldens.Case golden) {
        return model.prompts()
                .assemble(
                        golden.inputIds(),
                        golden.pictures().isEmpty()
                                ? List.of()
                                : model.tower()
                                        .encode(golden.pictures().stream()
                                                .map(picture -> model.images().process(picture, ImageSettings.DEFAULT))
                                                .toList()));
    }
}
