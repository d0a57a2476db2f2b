package dev.embedonce.vlm.family.gemma4;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelValues;
import dev.embedonce.image.process.ResizeRule.Size;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchFeeds.Grid;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Pictures made as large as a number of tokens allows, and cut into patches row by row. Gives {@code pixel_values},
 * float32 {@code [patches, side * side * 3]}: rows, columns, channels of a patch; and {@code image_grid}, int64
 * {@code [2]}: rows and columns of patches. Transformers' processor pads them to the largest number, and gives
 * {@code image_position_ids} in place of the grid. Of the settings of a request it knows {@code maxPixels}: so many
 * tokens as have that area, of the numbers the models were made for if any does.
 */
// Source: transformers 5.23, models/gemma4/image_processing_pil_gemma4.py
final class Gemma4Processor implements ImageProcessing {
    static final String PIXEL_VALUES = "pixel_values";
    static final String POSITIONS = "image_position_ids";
    static final String GRID = "image_grid";

    /** Raised whenever the pixels change for unchanged settings. */
    private static final int REVISION = 1;

    /** Tokens a picture that the models were made for, the largest first. */
    private static final List<Integer> TOKENS = List.of(1120, 560, 280, 140, 70);

    private static final RgbPictures.Defaults DEFAULTS = new RgbPictures.Defaults(
            ResampleFilter.BICUBIC, new ImageNorm(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)), true);
    /** What stands for the pictures of a video, and for audio. */
    private static final List<String> REFUSED = List.of("pixel_values_videos", "input_features");

    private final RgbPictures pictures;
    private final Patches patches;
    private final int mostTokens;

    private Gemma4Processor(RgbPictures pictures, Patches patches, int mostTokens) {
        this.pictures = pictures;
        this.patches = patches;
        this.mostTokens = mostTokens;
    }

    /**
     * Reads the settings.
     *
     * @param patches by {@code config.json}
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name, or makes other patches
     */
    static Gemma4Processor read(ModelConfig config, PixelOptions options, Patches patches) {
        ProcessorSettings.requireClass(config, "Gemma4ImageProcessor");
        ProcessorSettings.requireFlag(config, "do_resize", true);
        if (!Patches.read(config).equals(patches)) {
            throw config.refused("patch_size", patches + ", as config.json says");
        }
        int tokens = config.positive("max_soft_tokens", 280);
        RgbPictures pictures = RgbPictures.read(config, options, DEFAULTS);
        ProcessorSettings.refuseOthers(config, "image_seq_length");
        return new Gemma4Processor(pictures, patches, tokens);
    }

    /** The most tokens that a picture becomes. */
    private int tokens(ImageSettings settings) {
        if (settings.maxPixels().isEmpty()) {
            return mostTokens;
        }
        long area = (long) patches.tokenSide() * patches.tokenSide();
        long most = Math.max(1, settings.maxPixels().getAsLong() / area);
        return TOKENS.stream().filter(tokens -> tokens <= most).findFirst().orElse((int) most);
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        Size size = size(image.width(), image.height(), tokens(settings));
        boolean same = size.width() == image.width() && size.height() == image.height();
        PixelImage resized = same ? image : pictures.resize(image, size.width(), size.height());
        Grid grid = new Grid(size.height() / patches.side(), size.width() / patches.side());
        return processed(cut(pictures.pixelValues(resized), grid), grid, image.width(), image.height());
    }

    /** The largest size of whole tokens within so many, in proportion; a side shorter than a token becomes one. */
    private Size size(int width, int height, int tokens) {
        int token = patches.tokenSide();
        double factor = Math.sqrt((double) tokens * token * token / ((double) width * height));
        int rows = (int) Math.floor(factor * height / token);
        int columns = (int) Math.floor(factor * width / token);
        if (rows == 0 && columns > 0) {
            return new Size(Math.min(width / height, tokens) * token, token);
        }
        if (columns == 0 && rows > 0) {
            return new Size(token, Math.min(height / width, tokens) * token);
        }
        return new Size(columns * token, rows * token);
    }

    /** Patches row by row of float32 {@code [3, height, width]}. */
    private Tensor cut(Tensor planes, Grid grid) {
        int side = patches.side();
        int width = grid.columns() * side;
        int plane = grid.rows() * side * width;
        long[] shape = {(long) grid.rows() * grid.columns(), patches.length()};
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer target = bytes.asFloatBuffer();
        FloatBuffer from = planes.floats();
        for (int row = 0; row < grid.rows(); row++) {
            for (int column = 0; column < grid.columns(); column++) {
                for (int pixel = 0; pixel < side * side; pixel++) {
                    int at = (row * side + pixel / side) * width + column * side + pixel % side;
                    for (int channel = 0; channel < PixelValues.CHANNELS; channel++) {
                        target.put(from.get(channel * plane + at));
                    }
                }
            }
        }
        return Tensor.view(DType.FLOAT32, shape, bytes);
    }

    private static ProcessedImage processed(Tensor patches, Grid grid, int width, int height) {
        return new ProcessedImage(
                Map.of(PIXEL_VALUES, patches),
                Map.of(GRID, Tensor.ofLongs(new long[] {grid.rows(), grid.columns()}, 2)),
                width,
                height);
    }

    /** The grid of a picture. */
    static Grid grid(ProcessedImage image) {
        LongBuffer grid = image.layout(GRID).longs();
        return new Grid(Math.toIntExact(grid.get(0)), Math.toIntExact(grid.get(1)));
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        int tokens = tokens(settings);
        FramedDigest digest = RgbPictures.digest("gemma4", revisions());
        digest.put("tokens", tokens).put("patch", patches.side()).put("square", patches.square());
        pictures.describe(digest);
        return pictures.version("gemma4/t" + tokens + "-p" + patches.side() + "-m" + patches.square(), digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps("gemma4.processor", REVISION);
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors);
    }

    /** As {@link #split}, for which no setting counts. */
    static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        for (String name : REFUSED) {
            if (tensors.containsKey(name)) {
                throw new IllegalArgumentException(name + ": videos and sounds are not supported");
            }
        }
        PixelTensors.requireSameRows(tensors, PIXEL_VALUES, POSITIONS);
        List<Tensor> padded = PixelTensors.rows(tensors, PIXEL_VALUES);
        List<Tensor> positions = PixelTensors.rows(tensors, POSITIONS);
        List<ProcessedImage> images = new ArrayList<>();
        for (int i = 0; i < padded.size(); i++) {
            Grid grid = gridOf(positions.get(i).longs());
            int count = grid.rows() * grid.columns();
            if (count > padded.get(i).dim(0)) {
                throw new IllegalArgumentException(POSITIONS + ": " + count + " patches of " + padded.get(i));
            }
            Tensor patches = PixelTensors.slice(Map.of(PIXEL_VALUES, padded.get(i)), PIXEL_VALUES, 0, count);
            images.add(processed(patches, grid, 0, 0));
        }
        return images;
    }

    /** The grid whose columns and rows are counted out, row by row, before padding of -1. */
    private static Grid gridOf(LongBuffer positions) {
        long columns = 0;
        long rows = 0;
        int patches = 0;
        for (; patches < positions.limit() / 2 && positions.get(2 * patches) >= 0; patches++) {
            columns = Math.max(columns, positions.get(2 * patches) + 1);
            rows = Math.max(rows, positions.get(2 * patches + 1) + 1);
        }
        if (patches == 0 || columns * rows != patches || positions.get(2 * patches - 2) != columns - 1) {
            throw new IllegalArgumentException(
                    POSITIONS + ": " + patches + " patches in " + rows + " rows and " + columns + " columns");
        }
        return new Grid((int) rows, (int) columns);
    }
}
