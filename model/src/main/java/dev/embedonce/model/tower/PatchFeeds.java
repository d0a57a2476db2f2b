package dev.embedonce.model.tower;

import dev.embedonce.value.Tensor;
import java.util.Map;

/**
 * Something that a tower over patches is told about where each patch stands. It is computed beside the graph and shapes
 * features as much as the graph does, so it has a revision as blocks have, which whoever uses it brings into the model
 * version. Immutable and thread-safe.
 */
public interface PatchFeeds {
    /** The name in model versions, which never changes. */
    String block();

    /** Raised when other inputs are computed for the same patches. */
    int revision();

    /** Adds tensors for a picture of so many rows and columns of patches. */
    void put(int rows, int columns, Map<String, Tensor> feeds);

    /** How many rows and columns of patches a picture has. */
    record Grid(int rows, int columns) {}

    /** A row and a column of patches. */
    @FunctionalInterface
    interface Place {
        void at(int row, int column);
    }

    /** All patches in the order in which they are packed: those that are merged stand together. */
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
