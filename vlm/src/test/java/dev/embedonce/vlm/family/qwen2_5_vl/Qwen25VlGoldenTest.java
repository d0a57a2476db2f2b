package dev.embedonce.vlm.family.qwen2_5_vl;

import dev.embedonce.vlm.family.FamilyGoldenContract;
import java.util.List;
import java.util.Map;

class Qwen25VlGoldenTest extends FamilyGoldenContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("qwen2_5_vl", List.of("published", "transformers5"));
    }
}
