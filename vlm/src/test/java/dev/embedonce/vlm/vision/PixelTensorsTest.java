package dev.embedonce.vlm.vision;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PixelTensorsTest {
    @Test
    void requireSameRows_oneHasMoreOrIsMissing_isRefusedByName() {
        Tensor two = Tensor.ofLongs(new long[] {1, 2}, 2, 1);
        Tensor one = Tensor.ofLongs(new long[] {1, 2}, 1, 2);
        PixelTensors.requireSameRows(Map.of("a", two, "b", two), "a", "b");
        PixelTensors.requireSameRows(Map.of(), "a", "b");
        for (Map<String, Tensor> tensors : List.of(Map.of("a", two, "b", one), Map.of("a", two))) {
            assertThatThrownBy(() -> PixelTensors.requireSameRows(tensors, "a", "b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a, b");
        }
    }
}
