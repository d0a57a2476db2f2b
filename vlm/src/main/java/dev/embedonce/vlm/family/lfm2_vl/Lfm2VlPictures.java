package dev.embedonce.vlm.family.lfm2_vl;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Pictures as they go to the tower: {@code pixel_values}, float32 {@code [tiles, 3, side, side]}, of those that are
 * cut, and {@code whole}, float32 {@code [3, height, width]}, of those that are not, or that have a thumbnail besides;
 * {@code tile_grid}, int64 {@code [2]}: rows and columns; {@code token_counts}, int64 {@code [2]}: how many features a
 * tile becomes, and how many the whole picture, 0 where there is none.
 */
final class Lfm2VlPictures {
    static final String PIXEL_VALUES = "pixel_values";
    static final String GRID = "tile_grid";
    static final String COUNTS = "token_counts";
    private static final String WHOLE = "whole";
    private static final String SHAPES = "spatial_shapes";
    private static final String ROWS = "image_rows";
    private static final String COLUMNS = "image_cols";

    private Lfm2VlPictures() {}

    /** All pieces of a picture, float32 {@code [3, height, width]} each. */
    static List<Tensor> pieces(ProcessedImage image) {
        Tensor whole = image.inputs().get(WHOLE);
        return Stream.concat(PixelTensors.rows(image.inputs(), PIXEL_VALUES).stream(), Stream.ofNullable(whole))
                .toList();
    }

    /**
     * How pixels become tokens.
     *
     * @param patch pixels a side of a patch
     * @param factor patches a side of a token
     */
    record Geometry(int patch, int factor) {
        /** Reads a whole config. */
        static Geometry read(ModelConfig config) {
            return new Geometry(
                    config.object("vision_config").side("patch_size", 16), config.positive("downsample_factor", 2));
        }

        /** Pixels a side of a token. */
        int side() {
            return patch * factor;
        }

        /** A picture of tiles, or a whole one, or both. */
        ProcessedImage image(Grid grid, @Nullable Tensor tiles, @Nullable Tensor whole, int width, int height) {
            Map<String, Tensor> inputs = new HashMap<>();
            long[] counts = new long[2];
            if (tiles != null) {
                inputs.put(PIXEL_VALUES, tiles);
                counts[0] = tokens(tiles.dim(2), tiles.dim(3));
            }
            if (whole != null) {
                inputs.put(WHOLE, whole);
                counts[1] = tokens(whole.dim(1), whole.dim(2));
            }
            Map<String, Tensor> layout = Map.of(
                    GRID,
                    Tensor.ofLongs(new long[] {grid.rows(), grid.columns()}, 2),
                    COUNTS,
                    Tensor.ofLongs(counts, 2));
            return new ProcessedImage(inputs, layout, width, height);
        }

        private long tokens(long height, long width) {
            return height / side() * (width / side());
        }

        /**
         * Reads {@code pixel_values}, float32 {@code [pieces, patches, 3 * patch * patch]}, and {@code spatial_shapes}
         * with {@code image_rows} and {@code image_cols}, which the processor of the whole model keeps to itself;
         * without them each piece counts as a picture, which gives the language model the same.
         */
        List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
            PixelTensors.requireSameRows(tensors, PIXEL_VALUES, SHAPES);
            List<Tensor> padded = PixelTensors.rows(tensors, PIXEL_VALUES);
            List<Tensor> shapes = PixelTensors.rows(tensors, SHAPES);
            List<Tensor> pieces = new ArrayList<>();
            for (int i = 0; i < padded.size(); i++) {
                pieces.add(unpacked(padded.get(i), shapes.get(i).longs()));
            }
            List<Grid> grids = grids(tensors, pieces.size());
            int tiles = grids.stream().mapToInt(Grid::tiles).sum();
            int cut = (int) grids.stream().filter(grid -> grid.tiles() > 1).count();
            if (pieces.size() != tiles && pieces.size() != tiles + cut) {
                throw new IllegalArgumentException(ROWS + " and " + COLUMNS + " make " + tiles + " tiles of "
                        + pieces.size() + " rows of " + PIXEL_VALUES);
            }
            List<ProcessedImage> images = new ArrayList<>();
            int from = 0;
            for (Grid grid : grids) {
                int end = from + grid.tiles();
                if (grid.tiles() == 1) {
                    images.add(image(grid, null, pieces.get(from), 0, 0));
                } else {
                    Tensor whole = pieces.size() > tiles ? pieces.get(end++) : null;
                    images.add(image(grid, stacked(pieces.subList(from, from + grid.tiles())), whole, 0, 0));
                }
                from = end;
            }
            return images;
        }

        private static List<Grid> grids(Map<String, Tensor> tensors, int missing) {
            Tensor rows = tensors.get(ROWS);
            Tensor columns = tensors.get(COLUMNS);
            List<Grid> grids = new ArrayList<>();
            if (rows == null || columns == null) {
                for (int i = 0; i < missing; i++) {
                    grids.add(new Grid(1, 1));
                }
                return grids;
            }
            PixelTensors.requireSameRows(tensors, ROWS, COLUMNS);
            for (int i = 0; i < rows.dim(0); i++) {
                grids.add(new Grid(
                        (int) rows.longs().get(i), (int) columns.longs().get(i)));
            }
            return grids;
        }

        private static Tensor stacked(List<Tensor> tiles) {
            Tensor first = tiles.get(0);
            if (!tiles.stream().allMatch(tile -> tile.dim(1) == first.dim(1) && tile.dim(2) == first.dim(2))) {
                throw new IllegalArgumentException(SHAPES + ": the tiles of a picture have different sizes");
            }
            return Tensor.joined(new long[] {tiles.size(), first.dim(0), first.dim(1), first.dim(2)}, tiles);
        }

        /**
         * A picture of patches.
         *
         * @param packed float32 {@code [patches, 3 * patch * patch]}, each by rows, columns, channels
         * @param shape rows and columns of patches
         * @return float32 {@code [3, height, width]}
         */
        private Tensor unpacked(Tensor packed, LongBuffer shape) {
            int rows = Math.toIntExact(shape.get(0));
            int columns = Math.toIntExact(shape.get(1));
            if (rows % factor != 0
                    || columns % factor != 0
                    || (long) rows * columns > packed.dim(0)
                    || packed.dim(1) != 3L * patch * patch) {
                throw new IllegalArgumentException(SHAPES + " " + rows + ", " + columns + " of " + packed
                        + ": expected " + "multiples of " + factor + ", and " + 3 * patch * patch + " numbers a patch");
            }
            long[] dims = {3, (long) rows * patch, (long) columns * patch};
            ByteBuffer bytes = Tensor.direct(DType.FLOAT32, dims);
            FloatBuffer target = bytes.asFloatBuffer();
            FloatBuffer source = packed.floats();
            for (int channel = 0; channel < 3; channel++) {
                for (int y = 0; y < rows * patch; y++) {
                    for (int x = 0; x < columns * patch; x++) {
                        int place = y / patch * columns + x / patch;
                        target.put(source.get(((place * patch + y % patch) * patch + x % patch) * 3 + channel));
                    }
                }
            }
            return Tensor.view(DType.FLOAT32, dims, bytes);
        }
    }
}
