package dev.embedonce.vlm.family.llava;

import dev.embedonce.vlm.family.FamilyContract;
import java.util.List;
import java.util.Map;

class LlavaTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of(
                "llava", List.of("published", "transformers5", "published-bf16"),
                "llava/variant", List.of("published", "transformers5"));
    }
}
