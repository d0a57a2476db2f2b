package dev.embedonce.vlm.family.idefics3;

import dev.embedonce.vlm.family.SplitContract;
import java.util.List;
import java.util.Map;

class Idefics3Test extends SplitContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("idefics3", List.of("published", "transformers5"));
    }

    @Override
    protected Map<String, List<Integer>> grids() {
        return Map.ofEntries(
                Map.entry("column.png", List.of(3, 1)),
                Map.entry("grey.png", List.of(3, 3)),
                Map.entry("palette.png", List.of(3, 3)),
                Map.entry("photo.jpg", List.of(3, 3)),
                Map.entry("rgba.png", List.of(3, 3)),
                Map.entry("square.png", List.of(3, 3)),
                Map.entry("tall.png", List.of(3, 2)),
                Map.entry("tiny.png", List.of(2, 3)),
                Map.entry("very_tall.png", List.of(3, 1)),
                Map.entry("very_wide.png", List.of(1, 3)),
                Map.entry("wide.png", List.of(2, 3)));
    }
}
