package dev.embedonce.vlm.vision;

import dev.embedonce.image.process.ResizeRule.Size;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes to which a processor brings a picture before it cuts it into square tiles: {@code image_grid_pinpoints}.
 *
 * @param side of a tile in pixels
 * @param grids rows and columns of tiles, in the order of the config
 */
// Source: transformers 5.23, image_processing_utils.py, select_best_resolution, get_patch_output_size;
// models/llava_next/modeling_llava_next.py, unpad_image
public record GridPinpoints(int side, List<Grid> grids) {
    /**
     * Raised when the same picture gets another grid or another part of it: part of model and preprocessing versions.
     */
    public static final int REVISION = 1;

    /** The name in versions, which never changes. */
    public static final String BLOCK = "grid-pinpoints";

    private static final String FIELD = "image_grid_pinpoints";

    /** Rows and columns of tiles. */
    public record Grid(int rows, int columns) {
        public int tiles() {
            return rows * columns;
        }
    }

    /** A part of a picture: what is left and right of it, above and below, is equally wide up to a pixel. */
    public record Inner(int left, int top, int width, int height) {}

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses(BLOCK, REVISION);
    }

    public GridPinpoints {
        grids = List.copyOf(grids);
    }

    /**
     * Reads the pinpoints.
     *
     * @throws dev.embedonce.error.ModelLoadException if there are none, or one is not a whole number of tiles
     */
    public static GridPinpoints read(ModelConfig config, int side) {
        List<Grid> grids = new ArrayList<>();
        for (List<Integer> pinpoint : config.pairs(FIELD)) {
            int height = pinpoint.get(0);
            int width = pinpoint.get(1);
            if (height % side != 0 || width % side != 0) {
                throw config.refused(FIELD, "pairs of multiples of " + side);
            }
            grids.add(new Grid(height / side, width / side));
        }
        if (grids.isEmpty()) {
            throw config.refused(FIELD, "pairs of sizes");
        }
        return new GridPinpoints(side, grids);
    }

    /** Those with so many tiles at most, or else the ones with the fewest. */
    public GridPinpoints atMost(int tiles) {
        int fewest = grids.stream().mapToInt(Grid::tiles).min().orElseThrow();
        return new GridPinpoints(
                side,
                grids.stream()
                        .filter(grid -> grid.tiles() <= Math.max(tiles, fewest))
                        .toList());
    }

    /** The grid that shows most of a picture's pixels and wastes least. */
    public Grid best(int width, int height) {
        Grid best = grids.get(0);
        long mostShown = 0;
        long leastWasted = Long.MAX_VALUE;
        for (Grid grid : grids) {
            long columns = (long) grid.columns * side;
            long rows = (long) grid.rows * side;
            double scale = Math.min((double) columns / width, (double) rows / height);
            long scaled = ((long) (width * scale)) * ((long) (height * scale));
            long shown = Math.min(scaled, (long) width * height);
            long wasted = columns * rows - shown;
            if (shown > mostShown || (shown == mostShown && wasted < leastWasted)) {
                mostShown = shown;
                leastWasted = wasted;
                best = grid;
            }
        }
        return best;
    }

    /** The size of a grid in pixels. */
    public Size canvas(Grid grid) {
        return new Size(grid.columns * side, grid.rows * side);
    }

    /** Where a picture lies in the canvas of a grid: as large as it fits, in the middle. */
    public Inner fit(int width, int height, Grid grid) {
        Size canvas = canvas(grid);
        double across = (double) canvas.width() / width;
        double down = (double) canvas.height() / height;
        int newWidth = canvas.width();
        int newHeight = canvas.height();
        if (across < down) {
            newHeight = Math.min((int) Math.ceil(height * across), canvas.height());
        } else {
            newWidth = Math.min((int) Math.ceil(width * down), canvas.width());
        }
        return new Inner((canvas.width() - newWidth) / 2, (canvas.height() - newHeight) / 2, newWidth, newHeight);
    }

    /**
     * The part of a canvas of cells that a picture of these proportions fills; as the reference computes it, which may
     * differ from {@link #fit} by a cell, and may be nothing.
     */
    public static Inner unpadded(int width, int height, int columns, int rows) {
        if ((double) width / height > (double) columns / rows) {
            int inner = rounded(height * ((double) columns / width));
            int padding = (rows - inner) / 2;
            return new Inner(0, padding, columns, rows - 2 * padding);
        }
        int inner = rounded(width * ((double) rows / height));
        int padding = (columns - inner) / 2;
        return new Inner(padding, 0, columns - 2 * padding, rows);
    }

    /** Python's {@code int(round(x, 7))}. */
    private static int rounded(double x) {
        return new BigDecimal(x).setScale(7, RoundingMode.HALF_EVEN).intValue();
    }
}
