package dev.embedonce.vlm.vision;

import dev.embedonce.value.Tensor;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Something that a tower over packed patches is told about where each patch stands. */
@FunctionalInterface
public interface PatchFeeds {
    /** Adds tensors for a picture of so many rows and columns of patches. */
    void put(int rows, int columns, Map<String, Tensor> feeds);

    /** A picture's own inputs and all of these. */
    static Function<ProcessedImage, Map<String, Tensor>> of(PatchFeeds... parts) {
        List<PatchFeeds> all = List.of(parts);
        return image -> {
            LongBuffer thw = image.layout(PatchProcessing.GRID).longs();
            int rows = Math.toIntExact(thw.get(1));
            int columns = Math.toIntExact(thw.get(2));
            Map<String, Tensor> feeds = new HashMap<>(image.inputs());
            all.forEach(part -> part.put(rows, columns, feeds));
            return feeds;
        };
    }

    /** A row and a column of patches. */
    @FunctionalInterface
    interface Place {
        void at(int row, int column);
    }

    /** All patches in the order in which {@link PatchProcessing} packs: those that are merged stand together. */
    static void forEachPatch(int rows, int columns, int merge, Place place) {
        for (int row = 0; row < rows; row += merge) {
            for (int column = 0; column < columns; column += merge) {
                for (int i = 0; i < merge * merge; i++) {
                    place.at(row + i / merge, column + i % merge);
                }
            }
        }
    }
}
