package dev.embedonce.vlm.vision;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.ResizeRule.Size;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.LongStream;

/**
 * Pictures split into square tiles, as Idefics3's processor does: the longer side is brought to a fixed length, both to
 * whole numbers of tiles, then the picture is cut and, last, squeezed into one more tile. Gives {@code pixel_values},
 * float32 {@code [tiles, 3, side, side]}, and {@code tile_grid}, int64 {@code [2]}: rows and columns, both 0 for a
 * picture that is one tile.
 *
 * <p>Of the settings of a request it knows {@code maxTiles}: fewer than four disable splitting, more make the longer
 * side at most so many tiles that their square fits.
 */
// Source: transformers 5.23, models/idefics3/image_processing_pil_idefics3.py
public final class SplitProcessing implements ImageProcessing {
    public static final String GRID = "tile_grid";

    /** Raised whenever the tiles change for unchanged settings. */
    private static final int REVISION = 1;

    private static final int LONGEST = 4096;
    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.LANCZOS, ImageNorm.HALF, true);
    /** Tiles have one size, so padding does nothing; rows and columns are always known; videos are not supported. */
    private static final String[] HARMLESS = {
        "_processor_class", "_valid_processor_keys", "do_pad", "return_row_col_info", "video_sampling"
    };

    private final String label;
    private final RgbPictures pictures;
    private final boolean resize;
    private final int longest;
    private final int side;
    private final boolean split;

    private SplitProcessing(String label, ModelConfig config, PixelOptions options) {
        this.label = label;
        this.pictures = RgbPictures.read(config, options, DEFAULTS);
        this.resize = config.flag("do_resize", true);
        this.longest = longest(config, "size", 4 * 364);
        this.side = longest(config, "max_image_size", 364);
        this.split = config.flag("do_image_splitting", true);
        ProcessorSettings.refuseOthers(config, HARMLESS);
    }

    /**
     * Reads the settings.
     *
     * @param label what preprocessing versions begin with
     * @param type the class of the processor
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name
     */
    public static SplitProcessing read(String label, String type, ModelConfig config, PixelOptions options) {
        ProcessorSettings.requireClass(config, type);
        return new SplitProcessing(label, config, options);
    }

    private static int longest(ModelConfig config, String name, int missing) {
        if (!config.has(name)) {
            return missing;
        }
        ModelConfig size = config.object(name);
        int longest = size.positive("longest_edge");
        size.refuseOthers(Set.of());
        return longest;
    }

    /** Pixels a side of a tile. */
    public int side() {
        return side;
    }

    /** How a request's pictures are split. */
    private record Effective(boolean split, int longest) {}

    private Effective effective(ImageSettings settings) {
        int across = (int) Math.sqrt(settings.maxTiles().orElse(Integer.MAX_VALUE));
        boolean on = split && across > 1;
        return new Effective(on, on && resize ? (int) Math.min(longest, (long) across * side) : longest);
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage original = pictures.open(encoded);
        Effective effective = effective(settings);
        PixelImage image = resize ? resized(original, effective.longest) : original;
        int rows = 0;
        int columns = 0;
        List<PixelImage> tiles = new ArrayList<>();
        if (effective.split) {
            Size whole = wholeTiles(image.width(), image.height());
            image = pictures.resize(image, whole.width(), whole.height());
            if (image.width() > side || image.height() > side) {
                rows = image.height() / side;
                columns = image.width() / side;
                tiles.addAll(RgbPictures.tiles(image, side));
            }
        }
        tiles.add(pictures.resize(image, side, side));
        return processed(pictures.pixelValues(tiles), rows, columns, original.width(), original.height());
    }

    /** The longer side as long as wanted, the other even and in proportion. */
    private PixelImage resized(PixelImage image, int wanted) {
        Size size = proportional(image.width(), image.height(), wanted);
        boolean wide = image.width() >= image.height();
        int width = wide ? wanted : Math.max(1, size.width() + size.width() % 2);
        int height = wide ? Math.max(1, size.height() + size.height() % 2) : wanted;
        if (Math.max(width, height) > LONGEST) {
            Size smaller = proportional(width, height, LONGEST);
            width = Math.max(1, smaller.width());
            height = Math.max(1, smaller.height());
        }
        return pictures.resize(image, width, height);
    }

    private static Size proportional(int width, int height, int longer) {
        double ratio = (double) width / height;
        return width >= height ? new Size(longer, (int) (longer / ratio)) : new Size((int) (longer * ratio), longer);
    }

    private Size wholeTiles(int width, int height) {
        double ratio = (double) width / height;
        if (width >= height) {
            int across = wholeTiles(width);
            return new Size(across, wholeTiles((int) (across / ratio)));
        }
        int down = wholeTiles(height);
        return new Size(wholeTiles((int) (down * ratio)), down);
    }

    private int wholeTiles(int length) {
        return (length + side - 1) / side * side;
    }

    private static ProcessedImage processed(Tensor pixels, long rows, long columns, int width, int height) {
        return new ProcessedImage(
                Map.of(TileInput.PIXEL_VALUES, pixels),
                Map.of(GRID, Tensor.ofLongs(new long[] {rows, columns}, 2)),
                width,
                height);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        Effective effective = effective(settings);
        FramedDigest digest = RgbPictures.digest("split", revisions());
        digest.put("resize", resize)
                .put("longest", effective.longest)
                .put("side", side)
                .put("split", effective.split);
        pictures.describe(digest);
        return pictures.version(
                label + "/l" + effective.longest + "-t" + side + (effective.split ? "" : "-whole"), digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps("split-processing", REVISION);
    }

    /**
     * Reads {@code pixel_values} with {@code rows} and {@code cols}, which the processor of the whole model keeps to
     * itself; without them each tile counts as a picture, which gives the language model the same.
     */
    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors, side);
    }

    /** As {@link #split}, for which no other setting counts. */
    public static List<ProcessedImage> pictures(Map<String, Tensor> tensors, int side) {
        Tensor all = tensors.get(TileInput.PIXEL_VALUES);
        if (all == null) {
            return List.of();
        }
        if (all.rank() != 5 || all.dim(0) != 1 || all.dim(3) != side || all.dim(4) != side) {
            throw new IllegalArgumentException(
                    TileInput.PIXEL_VALUES + ": expected [1, tiles, 3, " + side + ", " + side + "], found " + all);
        }
        int count = Math.toIntExact(all.dim(1));
        long[] rows = counts(tensors, "rows", count);
        long[] columns = counts(tensors, "cols", count);
        List<ProcessedImage> images = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < Math.min(rows.length, columns.length); i++) {
            int tiles = Math.toIntExact(rows[i] * columns[i] + 1);
            images.add(processed(TileInput.part(all, first, tiles), rows[i], columns[i], 0, 0));
            first += tiles;
        }
        if (first != count) {
            throw new IllegalArgumentException("rows and cols make " + first + " tiles of " + count);
        }
        return images;
    }

    private static long[] counts(Map<String, Tensor> tensors, String name, int missing) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            return new long[missing];
        }
        LongBuffer values = tensor.longs();
        return LongStream.range(0, tensor.elementCount())
                .map(i -> values.get((int) i))
                .toArray();
    }
}
