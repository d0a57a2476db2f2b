package dev.embedonce.vlm.family;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.ImageSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * For families that cut pictures into tiles of 16 pixels, up to 6 of them and in the case {@code settings} 2, and then
 * the whole picture, and whose references keep the number of tiles to themselves.
 */
public abstract class TiledContract extends FamilyContract {
    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return isFew(golden) ? ImageSettings.DEFAULT.withMaxTiles(2) : ImageSettings.DEFAULT;
    }

    private static boolean isFew(Goldens.Case golden) {
        return golden.name().equals("settings");
    }

    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(super.processed(golden));
        long[] counts = golden.pictureNames().stream()
                .mapToLong(name -> tiles(name, isFew(golden)))
                .toArray();
        tensors.put("num_patches", Tensor.ofLongs(counts, counts.length));
        return tensors;
    }

    /** As the references count them. */
    private static int tiles(String picture, boolean few) {
        return switch (picture) {
            case "wide.png", "tall.png" -> 3;
            case "square.png" -> 5;
            case "photo.jpg" -> few ? 1 : 7;
            default -> 7;
        };
    }
}
