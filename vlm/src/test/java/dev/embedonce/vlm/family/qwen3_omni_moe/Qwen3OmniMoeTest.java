package dev.embedonce.vlm.family.qwen3_omni_moe;

import dev.embedonce.vlm.family.FamilyContract;
import java.util.List;
import java.util.Map;

/** In the layout of transformers 5 the thinker is saved alone. */
class Qwen3OmniMoeTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("qwen3_omni_moe", List.of("published", "transformers5"));
    }
}
