package dev.embedonce.vlm.vision;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.ResizeRule.Size;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import dev.embedonce.vlm.vision.GridPinpoints.Inner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Pictures split into square tiles, as LLaVA-NeXT's processor does: the picture squeezed into one tile, then the
 * picture brought to one of the pinpoints, in the middle of black, cut into tiles. Gives {@code pixel_values}, float32
 * {@code [1 + tiles, 3, side, side]}, with {@code image_sizes}, int64 {@code [2]}: the picture's height and width, and
 * {@code tile_grid}, int64 {@code [2]}: rows and columns of tiles. Of the settings of a request it knows {@code
 * maxTiles}: pinpoints with more tiles are left out.
 */
// Source: transformers 5.23, models/llava_next/image_processing_pil_llava_next.py
public final class PinpointProcessing implements ImageProcessing {
    /** int64 {@code [2]}: the picture's height and width in pixels. */
    public static final String SIZES = "image_sizes";
    /** int64 {@code [2]}: rows and columns of tiles. */
    public static final String TILES = "tile_grid";

    /** The name in versions, which never changes. */
    private static final String STEP = "llava_next.processor";
    /** Raised whenever the tiles change for unchanged settings. */
    private static final int REVISION = 1;

    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BICUBIC, ImageNorm.CLIP, true);
    /** Tiles have the tower's size already, whatever is said of resizing and cropping them; padding is for batches. */
    private static final String[] HARMLESS = {
        "_processor_class", "_valid_processor_keys", "aspect_ratio_setting", "do_center_crop", "do_resize", "do_pad"
    };

    private final String label;
    private final RgbPictures pictures;
    private final GridPinpoints pinpoints;

    private PinpointProcessing(String label, RgbPictures pictures, GridPinpoints pinpoints) {
        this.label = label;
        this.pictures = pictures;
        this.pinpoints = pinpoints;
    }

    /**
     * Reads the settings.
     *
     * @param label what preprocessing versions begin with
     * @param type the class of the processor
     * @param side of the tower's pictures
     * @throws ModelLoadException if one is not understood, or makes other tiles than the tower takes
     */
    public static PinpointProcessing read(
            String label, String type, FamilyFiles files, PixelOptions options, int side) {
        ModelConfig config = files.imageProcessor();
        ProcessorSettings.requireClass(config, type);
        requireSide(config.optionalObject("size"), side);
        requireSide(config.optionalObject("crop_size"), side);
        RgbPictures pictures = RgbPictures.read(config, options, DEFAULTS);
        GridPinpoints pinpoints = GridPinpoints.read(config, side);
        ProcessorSettings.refuseOthers(config, HARMLESS);
        if (!pinpoints.equals(GridPinpoints.read(files.config(), side))) {
            throw new ModelLoadException(config.file() + ": image_grid_pinpoints are others than those of config.json");
        }
        return new PinpointProcessing(label, pictures, pinpoints);
    }

    private static void requireSide(ModelConfig size, int side) {
        if (size.has("shortest_edge")) {
            size.requireOnly("shortest_edge", side);
        } else {
            size.requireOnly("height", side);
            size.requireOnly("width", side);
        }
    }

    private GridPinpoints pinpoints(ImageSettings settings) {
        return settings.maxTiles().isPresent()
                ? pinpoints.atMost(settings.maxTiles().getAsInt())
                : pinpoints;
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        int side = pinpoints.side();
        Grid grid = pinpoints(settings).best(image.width(), image.height());
        List<PixelImage> tiles = new ArrayList<>();
        tiles.add(pictures.resize(image, side, side));
        tiles.addAll(RgbPictures.tiles(canvas(image, grid), side));
        return processed(pictures.pixelValues(tiles), image.width(), image.height(), grid);
    }

    private PixelImage canvas(PixelImage image, Grid grid) {
        Size size = pinpoints.canvas(grid);
        Inner inner = pinpoints.fit(image.width(), image.height(), grid);
        PixelImage resized = pictures.resize(image, inner.width(), inner.height());
        return RgbPictures.padAround(resized, inner.left(), inner.top(), size.width(), size.height());
    }

    private static ProcessedImage processed(Tensor pixels, int width, int height, Grid grid) {
        return new ProcessedImage(
                Map.of(TileInput.PIXEL_VALUES, pixels),
                Map.of(
                        SIZES, Tensor.ofLongs(new long[] {height, width}, 2),
                        TILES, Tensor.ofLongs(new long[] {grid.rows(), grid.columns()}, 2)),
                width,
                height);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        FramedDigest digest = RgbPictures.digest("llava-next", revisions());
        digest.put("side", pinpoints.side());
        pinpoints(settings).grids().forEach(grid -> digest.put("grid", new long[] {grid.rows(), grid.columns()}));
        pictures.describe(digest);
        return pictures.version(label + "/t" + pinpoints.side(), digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        Revisions steps = new Revisions().uses(STEP, REVISION);
        pictures.describe(steps);
        GridPinpoints.describe(steps);
        return steps.all();
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors, pinpoints);
    }

    /** As {@link #split}, for which no other setting counts. */
    public static List<ProcessedImage> pictures(Map<String, Tensor> tensors, GridPinpoints pinpoints) {
        PixelTensors.requireSameRows(tensors, TileInput.PIXEL_VALUES, SIZES);
        List<Tensor> all = PixelTensors.rows(tensors, TileInput.PIXEL_VALUES);
        List<Tensor> sizes = PixelTensors.rows(tensors, SIZES);
        List<ProcessedImage> images = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            int height = (int) sizes.get(i).longs().get(0);
            int width = (int) sizes.get(i).longs().get(1);
            Grid grid = pinpoints.best(width, height);
            images.add(processed(TileInput.part(all.get(i), 0, 1 + grid.tiles()), width, height, grid));
        }
        return images;
    }
}
