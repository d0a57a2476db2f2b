package dev.embedonce.vlm.family;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.ImageSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** For Phi-4-multimodal in both layouts: tiles that padding fills in part, 6 of them at most in the case settings. */
public abstract class Phi4Contract extends FamilyContract {
    /** What its processor calls the pixels. */
    protected abstract String pixels();

    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return golden.name().equals("settings") ? ImageSettings.DEFAULT.withMaxTiles(6) : ImageSettings.DEFAULT;
    }

    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(super.processed(golden));
        if (tensors.containsKey("pixel_values")) {
            tensors.put(pixels(), Objects.requireNonNull(tensors.remove("pixel_values")));
            tensors.put("image_attention_mask", golden.tensor("image_attention_mask"));
        }
        return tensors;
    }

    /** Its prompt is not longer than short sequences are. */
    @Override
    protected boolean computesAnew() {
        return true;
    }
}
