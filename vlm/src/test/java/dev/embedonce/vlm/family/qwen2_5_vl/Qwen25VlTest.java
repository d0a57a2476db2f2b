package dev.embedonce.vlm.family.qwen2_5_vl;

import dev.embedonce.vlm.family.FamilyContract;
import java.util.List;
import java.util.Map;

class Qwen25VlTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("qwen2_5_vl", List.of("published", "transformers5"));
    }
}
