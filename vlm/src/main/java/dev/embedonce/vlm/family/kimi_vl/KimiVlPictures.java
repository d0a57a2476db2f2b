package dev.embedonce.vlm.family.kimi_vl;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchFeeds.Grid;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Pictures as they go to the tower: {@code pixel_values}, float32 {@code [3, height, width]}, and {@code
 * image_grid_hws}, int64 {@code [2]}: rows and columns of patches.
 */
final class KimiVlPictures {
    static final String PIXEL_VALUES = "pixel_values";
    static final String GRID = "image_grid_hws";

    private KimiVlPictures() {}

    /** Rows and columns of patches of a picture. */
    static Grid grid(ProcessedImage image) {
        LongBuffer grid = image.layout(GRID).longs();
        return new Grid(Math.toIntExact(grid.get(0)), Math.toIntExact(grid.get(1)));
    }

    /**
     * How pixels become tokens.
     *
     * @param patch pixels a side of a patch
     * @param merge patches a side of a token
     */
    record Geometry(int patch, int merge) {
        /** Reads a whole config. */
        static Geometry read(ModelConfig config) {
            ModelConfig vision = config.object("vision_config");
            return new Geometry(vision.side("patch_size", 14), vision.side("merge_kernel_size", 2));
        }

        /** Pixels a side of a token. */
        int side() {
            return patch * merge;
        }

        /** A picture of pixels, float32 {@code [3, height, width]}; its original size is 0 if it is unknown. */
        ProcessedImage image(Tensor pixels, int originalWidth, int originalHeight) {
            long[] grid = {pixels.dim(1) / patch, pixels.dim(2) / patch};
            return new ProcessedImage(
                    Map.of(PIXEL_VALUES, pixels), Map.of(GRID, Tensor.ofLongs(grid, 2)), originalWidth, originalHeight);
        }

        /**
         * Reads {@code pixel_values}, float32 {@code [patches, 3, patch, patch]}, those of a picture row by row, and
         * {@code image_grid_hws}, int64 {@code [pictures, 2]}.
         *
         * @throws IllegalArgumentException if they do not fit together
         */
        List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
            List<Tensor> patches = PixelTensors.rows(tensors, PIXEL_VALUES);
            List<ProcessedImage> images = new ArrayList<>();
            int from = 0;
            for (Tensor grid : PixelTensors.rows(tensors, GRID)) {
                int rows = Math.toIntExact(grid.longs().get(0));
                int columns = Math.toIntExact(grid.longs().get(1));
                int end = from + rows * columns;
                if (rows % merge != 0 || columns % merge != 0 || end > patches.size()) {
                    throw new IllegalArgumentException(GRID + " " + rows + ", " + columns + ": expected multiples of "
                            + merge + ", for " + patches.size() + " patches");
                }
                images.add(image(joined(patches.subList(from, end), rows, columns), 0, 0));
                from = end;
            }
            if (from != patches.size()) {
                throw new IllegalArgumentException(GRID + ": " + from + " of " + patches.size() + " patches");
            }
            return images;
        }

        private Tensor joined(List<Tensor> patches, int rows, int columns) {
            long[] shape = {3, (long) rows * patch, (long) columns * patch};
            ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
            FloatBuffer target = bytes.asFloatBuffer();
            for (int channel = 0; channel < 3; channel++) {
                for (int y = 0; y < rows * patch; y++) {
                    for (int column = 0; column < columns; column++) {
                        FloatBuffer from =
                                patches.get(y / patch * columns + column).floats();
                        target.put(from.slice((channel * patch + y % patch) * patch, patch));
                    }
                }
            }
            return Tensor.view(DType.FLOAT32, shape, bytes);
        }
    }
}
