package dev.embedonce.vlm.family.gemma3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gemma3Test extends FamilyContract {
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
    void prefill_endingWithinAPicture_isRefused() {
        Goldens goldens = Goldens.of("gemma3", "published");
        FamilyFiles files = FamilyFiles.of(goldens.model(folder.resolve("model")));
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS);
                SequenceBatch batch = model.language().newBatch()) {
            Prompt prompt =
                    Prompt.inOrder(goldens.named("one").inputIds(), List.of()).withBidirectionalRunsOf(412);
            int within = prompt.bidirectional().get(0).first() + 3;
            Sequence sequence = batch.open(prompt, prompt.length());
            assertThat(prompt.pauseFrom(within))
                    .isEqualTo(prompt.bidirectional().get(0).end());
            assertThat(prompt.pauseUpTo(within))
                    .isEqualTo(prompt.bidirectional().get(0).first());
            assertThatThrownBy(() -> batch.prefill(sequence, within, Wanted.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("read at once");
        }
    }
}
