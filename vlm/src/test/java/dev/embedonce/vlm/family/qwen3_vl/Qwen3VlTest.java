package dev.embedonce.vlm.family.qwen3_vl;

import dev.embedonce.vlm.family.FamilyContract;
import java.util.List;
import java.util.Map;

class Qwen3VlTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("qwen3_vl", List.of("published", "transformers5", "published-bf16"));
    }
}
