package dev.embedonce.vlm.family.lfm2_vl;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.ResizeRule.Size;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.lfm2_vl.Lfm2VlPictures.Geometry;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import dev.embedonce.vlm.vision.TileSearch;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Pictures resized to whole tokens, so many at most; one that is much larger is also cut into square tiles, which come
 * first. Gives what {@link Lfm2VlPictures} says. A picture so long that the reference has no room for its patches is
 * taken.
 *
 * <p>Of the settings of a request it knows {@code maxTiles}: grids with more tiles are left out, and where none is left
 * pictures are not cut.
 */
// Source: transformers 5.23, models/lfm2_vl/image_processing_lfm2_vl.py, which has torchvision's arithmetic alone
final class Lfm2VlProcessor implements ImageProcessing {
    /** Raised whenever the pictures change for unchanged settings. */
    private static final int REVISION = 1;

    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BILINEAR, ImageNorm.HALF, true);
    /**
     * The reference resizes whatever {@code do_resize} says, to none of {@code size}; padding is for batches, and its
     * length follows from the other settings.
     */
    private static final String[] HARMLESS = {
        "_processor_class",
        "_valid_processor_keys",
        "crop_size",
        "do_pad",
        "do_resize",
        "max_num_patches",
        "return_row_col_info",
        "size"
    };

    private final Geometry geometry;
    private final RgbPictures pictures;
    private final TileSearch search;
    private final boolean thumbnail;
    private final long least;
    private final long most;
    private final double tolerance;

    private Lfm2VlProcessor(ModelConfig config, PixelOptions options, Geometry geometry) {
        this.geometry = geometry;
        this.pictures = RgbPictures.readTorchvision(config, options, DEFAULTS);
        this.thumbnail = config.flag("use_thumbnail", true);
        long area = (long) geometry.side() * geometry.side();
        int fewest = config.positive("min_image_tokens", 64);
        this.least = fewest * area;
        this.most = config.positive("max_image_tokens", 256) * area;
        if (least > most) {
            throw config.refused("max_image_tokens", "at least min_image_tokens " + fewest);
        }
        this.tolerance = config.number("max_pixels_tolerance", 2);
        this.search = search(config, geometry);
    }

    /**
     * Reads the settings.
     *
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name, or makes other patches than the
     *     tower takes
     */
    static Lfm2VlProcessor read(ModelConfig config, PixelOptions options, Geometry geometry) {
        ProcessorSettings.requireClass(config, "Lfm2VlImageProcessor");
        ProcessorSettings.requireFlag(config, "do_center_crop", false);
        requireAsTower(config, "encoder_patch_size", 16, geometry.patch());
        requireAsTower(config, "downsample_factor", 2, geometry.factor());
        Lfm2VlProcessor processor = new Lfm2VlProcessor(config, options, geometry);
        ProcessorSettings.refuseOthers(config, HARMLESS);
        return processor;
    }

    private static void requireAsTower(ModelConfig config, String name, int missing, int tower) {
        if (config.positive(name, missing) != tower) {
            throw config.refused(name, tower + ", as config.json says");
        }
    }

    /**
     * The grids that there are; none if pictures are not cut. The reference has those of equally many tiles in the
     * order of a Python set, which gives no picture another grid as long as there are grids of 2 or 3.
     */
    private static TileSearch search(ModelConfig config, Geometry geometry) {
        int side = config.positive("tile_size", 512);
        int fewest = config.positive("min_tiles", 2);
        int many = config.positive("max_tiles", 10);
        if (side % geometry.side() != 0) {
            throw config.refused("tile_size", "a multiple of " + geometry.side() + " pixels, which become a token");
        }
        if (!config.flag("do_image_splitting", true) || (fewest == 1 && many == 1)) {
            return new TileSearch(side, List.of());
        }
        if (fewest != 2 && fewest != 3) {
            throw config.refused("min_tiles", "2 or 3");
        }
        if (many < fewest) {
            throw config.refused("max_tiles", "at least min_tiles " + fewest);
        }
        return TileSearch.ordered(side, fewest, many);
    }

    private TileSearch search(ImageSettings settings) {
        return search.atMost(settings.maxTiles().orElse(Integer.MAX_VALUE));
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        TileSearch effective = search(settings);
        if (effective.grids().isEmpty() || !isLarge(image)) {
            return image(new Grid(1, 1), null, whole(image), image);
        }
        Grid grid = effective.best(image.width(), image.height());
        int side = effective.side();
        PixelImage canvas = pictures.resize(image, grid.columns() * side, grid.rows() * side);
        Tensor tiles = pictures.pixelValues(RgbPictures.tiles(canvas, side));
        return image(grid, tiles, thumbnail ? whole(image) : null, image);
    }

    private ProcessedImage image(Grid grid, @Nullable Tensor tiles, @Nullable Tensor whole, PixelImage image) {
        return geometry.image(grid, tiles, whole, image.width(), image.height());
    }

    private boolean isLarge(PixelImage image) {
        double height = Math.max(geometry.patch(), rounded(image.height()));
        double width = Math.max(geometry.patch(), rounded(image.width()));
        return height * width > most * tolerance;
    }

    /** The nearest whole number of tokens in pixels; halves go to the even one. */
    private double rounded(int length) {
        return Math.rint((double) length / geometry.side()) * geometry.side();
    }

    private Tensor whole(PixelImage image) {
        Size size = size(image.width(), image.height());
        return pictures.pixelValues(pictures.resize(image, size.width(), size.height()));
    }

    private Size size(int width, int height) {
        int side = geometry.side();
        double across = Math.max(side, rounded(width));
        double down = Math.max(side, rounded(height));
        double area = (double) height * width;
        if (down * across > most) {
            double shrink = Math.sqrt(area / most);
            down = Math.max(side, Math.floor(height / shrink / side) * side);
            across = Math.max(side, Math.floor(width / shrink / side) * side);
        } else if (down * across < least) {
            double grow = Math.sqrt(least / area);
            down = Math.ceil(height * grow / side) * side;
            across = Math.ceil(width * grow / side) * side;
        }
        return new Size((int) across, (int) down);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        TileSearch effective = search(settings);
        FramedDigest digest = RgbPictures.digest("lfm2-vl", revisions());
        digest.put("patch", geometry.patch())
                .put("factor", geometry.factor())
                .put("least", least)
                .put("most", most)
                .put("tolerance", tolerance)
                .put("thumbnail", thumbnail);
        effective.describe(digest);
        pictures.describe(digest);
        int tiles = effective.grids().stream().mapToInt(Grid::tiles).max().orElse(1);
        return pictures.version("lfm2_vl/t" + search.side() + "-" + tiles, digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        Revisions steps = new Revisions().uses("lfm2-vl.processor", REVISION);
        pictures.describe(steps);
        TileSearch.describe(steps);
        return steps.all();
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return geometry.pictures(tensors);
    }
}
