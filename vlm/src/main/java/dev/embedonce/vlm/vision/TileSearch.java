package dev.embedonce.vlm.vision;

import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Chooses the grid of square tiles whose shape is most like a picture's. Of two that are equally like it the later one
 * counts if the picture has more than half its pixels.
 *
 * @param side of a tile in pixels
 * @param grids in the order in which they are tried: by their number of tiles; those of equal number stand as the
 *     reference has them, which for some is the order of a Python set
 */
// Source: transformers 5.23, models/got_ocr2/image_processing_pil_got_ocr2.py, get_optimal_tiled_canvas
public record TileSearch(int side, List<Grid> grids) {
    /** Raised when the same picture gets another grid; part of preprocessing versions. */
    private static final int REVISION = 1;

    public TileSearch {
        grids = List.copyOf(grids);
    }

    /** All grids of so many tiles, those of equal number from narrow to wide. */
    public static TileSearch ordered(int side, int least, int most) {
        List<Grid> grids = new ArrayList<>();
        for (int columns = 1; columns <= most; columns++) {
            for (int rows = 1; rows <= most / columns; rows++) {
                grids.add(new Grid(rows, columns));
            }
        }
        grids.removeIf(grid -> grid.tiles() < least);
        grids.sort(Comparator.comparingInt(Grid::tiles));
        return new TileSearch(side, grids);
    }

    /** The grids with so many tiles at most. */
    public TileSearch atMost(int tiles) {
        return new TileSearch(
                side, grids.stream().filter(grid -> grid.tiles() <= tiles).toList());
    }

    /** The grid for a picture; one tile if there is none. */
    public Grid best(int width, int height) {
        double ratio = (double) width / height;
        double area = (double) width * height;
        double least = Double.POSITIVE_INFINITY;
        Grid best = new Grid(1, 1);
        for (Grid grid : grids) {
            double off = Math.abs(ratio - (double) grid.columns() / grid.rows());
            if (off < least || (off == least && area > 0.5 * side * side * grid.tiles())) {
                least = off;
                best = grid;
            }
        }
        return best;
    }

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses("tile-search", REVISION);
    }

    /** Adds side and grids to a digest. */
    public void describe(FramedDigest digest) {
        digest.put("side", side);
        grids.forEach(grid -> digest.put("grid", new long[] {grid.rows(), grid.columns()}));
    }
}
