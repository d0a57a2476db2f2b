package dev.embedonce.vlm.family.mistral3;

import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.vision.ImageSettings;
import java.util.List;
import java.util.Map;

class Mistral3Test extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("mistral3", List.of("published", "transformers5"));
    }

    /** {@code longest_edge} 48. */
    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return golden.name().equals("settings") ? ImageSettings.DEFAULT.withMaxPixels(48 * 48) : ImageSettings.DEFAULT;
    }
}
