package dev.embedonce.vlm.family.qwen2_vl;

import dev.embedonce.vlm.family.FamilyContract;
import java.util.List;
import java.util.Map;

class Qwen2VlTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("qwen2_vl", List.of("published", "transformers5"));
    }
}
