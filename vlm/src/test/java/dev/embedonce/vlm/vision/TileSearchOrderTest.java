package dev.embedonce.vlm.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * References that collect grids in a Python set try those of equally many tiles in another order. That gives no
 * picture another grid.
 */
class TileSearchOrderTest {
    /** Columns and rows in the order that Python 3.11 has for up to 12 and up to 6 tiles. */
    @ParameterizedTest
    @CsvSource({
        "12, 1x1 1x2 2x1 3x1 1x3 2x2 4x1 1x4 5x1 1x5 1x6 6x1 3x2 2x3 7x1 1x7 4x2 2x4 1x8 8x1 1x9 3x3 9x1 2x5 5x2"
                + " 10x1 1x10 11x1 1x11 12x1 3x4 4x3 1x12 6x2 2x6",
        "6, 1x1 1x2 2x1 3x1 1x3 4x1 1x4 2x2 1x5 5x1 6x1 2x3 1x6 3x2"
    })
    void best_inTheOrderOfASet_isTheSame(int most, String order) {
        TileSearch ordered = TileSearch.ordered(16, 1, most);
        TileSearch set = new TileSearch(
                16,
                Arrays.stream(order.split(" ", -1))
                        .map(TileSearchOrderTest::grid)
                        .toList());
        assertThat(set.grids()).containsExactlyInAnyOrderElementsOf(ordered.grids());
        assertThat(set.grids()).isNotEqualTo(ordered.grids());

        // Sizes halfway between the shapes of two grids, where ties are, and all others that are small.
        for (Grid one : ordered.grids()) {
            for (Grid other : ordered.grids()) {
                int width = one.columns() * other.rows() + other.columns() * one.rows();
                int height = 2 * one.rows() * other.rows();
                for (int scale : List.of(1, 4, 32)) {
                    assertSame(ordered, set, width * scale, height * scale);
                }
            }
        }
        for (int width = 1; width < 200; width++) {
            for (int height = 1; height < 200; height++) {
                assertSame(ordered, set, width, height);
            }
        }
    }

    private static Grid grid(String text) {
        String[] sides = text.split("x", -1);
        return new Grid(Integer.parseInt(sides[1]), Integer.parseInt(sides[0]));
    }

    private static void assertSame(TileSearch ordered, TileSearch set, int width, int height) {
        Grid expected = set.best(width, height);
        if (!ordered.best(width, height).equals(expected)) {
            throw new AssertionError(width + " x " + height + ": " + expected);
        }
    }
}
