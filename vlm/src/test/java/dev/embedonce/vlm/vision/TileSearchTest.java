package dev.embedonce.vlm.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileSearchTest {
    /** Columns and rows as {@code get_optimal_tiled_canvas} of transformers 5.23 gives them for tiles of 364. */
    @ParameterizedTest(name = "{0} x {1}, {2} to {3} tiles")
    @CsvSource({
        "364, 364, 1, 12, 1, 1",
        "514, 514, 1, 12, 1, 1",
        "515, 514, 1, 12, 1, 1",
        "515, 515, 1, 12, 2, 2",
        "1000, 1000, 1, 12, 3, 3",
        "700, 350, 1, 12, 2, 1",
        "1200, 600, 1, 12, 4, 2",
        "250, 100, 1, 12, 5, 2",
        "100, 250, 1, 12, 2, 5",
        "250, 100, 1, 6, 2, 1",
        "910, 364, 1, 6, 3, 1",
        "100, 250, 1, 6, 1, 3",
        "640, 480, 1, 12, 4, 3",
        "640, 480, 1, 2, 1, 1",
        "480, 640, 1, 2, 1, 2",
        "364, 364, 2, 4, 2, 2",
        "1, 60, 1, 12, 1, 12",
        "190, 9, 1, 12, 12, 1"
    })
    void best_isTheReferences(int width, int height, int least, int most, int columns, int rows) {
        assertThat(TileSearch.ordered(364, least, most).best(width, height)).isEqualTo(new Grid(rows, columns));
    }

    @Test
    void ordered_isByTilesThenColumns() {
        assertThat(TileSearch.ordered(364, 2, 4).grids())
                .containsExactly(
                        new Grid(2, 1),
                        new Grid(1, 2),
                        new Grid(3, 1),
                        new Grid(1, 3),
                        new Grid(4, 1),
                        new Grid(2, 2),
                        new Grid(1, 4));
    }

    /** A ratio of 2.5 is as near to 1 as to 4. */
    @Test
    void best_ofEqualNumbers_isTheOneThatComesLast() {
        Grid square = new Grid(2, 2);
        Grid wide = new Grid(2, 8);

        assertThat(new TileSearch(10, List.of(square, wide)).best(1000, 400)).isEqualTo(wide);
        assertThat(new TileSearch(10, List.of(wide, square)).best(1000, 400)).isEqualTo(square);
    }

    @Test
    void atMost_withoutAnyGrid_isOneTile() {
        assertThat(TileSearch.ordered(364, 2, 4).atMost(1).best(2000, 100)).isEqualTo(new Grid(1, 1));
    }
}
