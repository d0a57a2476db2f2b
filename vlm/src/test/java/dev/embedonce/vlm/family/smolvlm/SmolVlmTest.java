package dev.embedonce.vlm.family.smolvlm;

import dev.embedonce.vlm.family.SplitContract;
import java.util.List;
import java.util.Map;

class SmolVlmTest extends SplitContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("smolvlm", List.of("published", "transformers5"));
    }

    @Override
    protected Map<String, List<Integer>> grids() {
        return Map.ofEntries(
                Map.entry("column.png", List.of(2, 1)),
                Map.entry("grey.png", List.of(2, 2)),
                Map.entry("palette.png", List.of(2, 2)),
                Map.entry("photo.jpg", List.of(2, 2)),
                Map.entry("rgba.png", List.of(2, 2)),
                Map.entry("square.png", List.of(2, 2)),
                Map.entry("tall.png", List.of(2, 2)),
                Map.entry("tiny.png", List.of(2, 2)),
                Map.entry("very_tall.png", List.of(2, 1)),
                Map.entry("very_wide.png", List.of(1, 2)),
                Map.entry("wide.png", List.of(2, 2)));
    }
}
