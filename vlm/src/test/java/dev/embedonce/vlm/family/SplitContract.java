package dev.embedonce.vlm.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.SplitProcessing;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract for families whose processor splits pictures into tiles. */
public abstract class SplitContract extends FamilyContract {
    /**
     * Rows and columns of tiles by picture, as the reference's image processor gives them with {@code
     * return_row_col_info}.
     */
    protected abstract Map<String, List<Integer>> grids();

    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return isWhole(golden) ? ImageSettings.DEFAULT.withMaxTiles(1) : ImageSettings.DEFAULT;
    }

    /** {@code do_image_splitting} off. */
    private static boolean isWhole(Goldens.Case golden) {
        return golden.name().equals("settings");
    }

    /** The model's processor keeps rows and columns to itself. */
    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(super.processed(golden));
        tensors.put("rows", counts(golden, 0));
        tensors.put("cols", counts(golden, 1));
        return tensors;
    }

    private Tensor counts(Goldens.Case golden, int axis) {
        long[] counts = golden.pictureNames().stream()
                .mapToLong(name -> isWhole(golden)
                        ? 0
                        : grids().getOrDefault(name, List.of()).get(axis))
                .toArray();
        return Tensor.ofLongs(counts, 1, counts.length);
    }

    @Test
    void split_withoutRowsAndColumns_givesTheLanguageModelTheSame(@TempDir Path temp) {
        Goldens goldens = Goldens.of(model(), "published");
        Goldens.Case two = goldens.named("two");
        try (FamilyModel model = Families.open(FamilyFiles.of(goldens.model(temp.resolve("split"))), Goldens.OPTIONS)) {
            List<ProcessedImage> tiles = model.images().split(super.processed(two));
            List<VisionFeatures> features = model.tower().encode(tiles);

            assertThat(tiles).hasSize((int) two.tensor("pixel_values").dim(1));
            Prompt prompt = model.prompts().assemble(two.inputIds(), features);
            assertThat(prompt.placements()).hasSameSizeAs(tiles);
            assertThat(features.stream().mapToInt(VisionFeatures::tokens).sum())
                    .isEqualTo((int) two.tensor("features").dim(0));
        }
    }

    @Test
    void process_fewTiles_keepsTheirSquare(@TempDir Path temp) {
        Goldens goldens = Goldens.of(model(), "published");
        ImageSettings four = ImageSettings.DEFAULT.withMaxTiles(4);
        try (FamilyModel model = Families.open(FamilyFiles.of(goldens.model(temp.resolve("few"))), Goldens.OPTIONS)) {
            ProcessedImage image = model.images().process(Goldens.picture("square.png"), four);

            assertThat(image.layout(SplitProcessing.GRID)).isEqualTo(Tensor.ofLongs(new long[] {2, 2}, 2));
            assertThat(image.inputs())
                    .extractingByKey("pixel_values")
                    .extracting(t -> t.dim(0))
                    .isEqualTo(5L);
        }
    }
}
