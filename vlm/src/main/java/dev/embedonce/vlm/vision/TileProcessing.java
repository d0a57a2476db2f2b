package dev.embedonce.vlm.vision;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Pictures cut into square tiles, as GOT-OCR 2's processor does: the picture is squeezed into the grid of tiles whose
 * shape is most like its own and cut, and the picture as a whole, squeezed into one tile, comes last; a grid of one
 * tile is the whole picture alone. Gives {@code pixel_values}, float32 {@code [tiles, 3, side, side]}, and
 * {@code num_patches}, int64 {@code [1]}: how many tiles, the whole picture included.
 *
 * <p>Of the settings of a request it knows {@code maxTiles}: grids with more tiles are left out.
 */
// Source: transformers 5.23, models/got_ocr2/image_processing_pil_got_ocr2.py
public final class TileProcessing implements ImageProcessing {
    public static final String COUNT = "num_patches";

    /** Raised whenever the tiles change for unchanged settings. */
    private static final int REVISION = 1;

    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BICUBIC, ImageNorm.CLIP, true);
    /** The processors of whole models cut pictures whatever {@code crop_to_patches} says. */
    private static final String[] HARMLESS = {"_processor_class", "_valid_processor_keys", "crop_to_patches"};

    private final String label;
    private final RgbPictures pictures;
    private final TileSearch search;
    private final boolean whole;

    private TileProcessing(String label, RgbPictures pictures, TileSearch search, boolean whole) {
        this.label = label;
        this.pictures = pictures;
        this.search = search;
        this.whole = whole;
    }

    /**
     * Puts a processor together for a model whose files have no settings of this class.
     *
     * @param label what preprocessing versions begin with
     * @param whole whether a thumbnail, the picture as a whole, follows several tiles
     */
    public static TileProcessing of(String label, RgbPictures pictures, TileSearch search, boolean whole) {
        return new TileProcessing(label, pictures, search, whole);
    }

    /**
     * Reads the settings of a {@code GotOcr2ImageProcessor}.
     *
     * @param label what preprocessing versions begin with
     * @param side of the tower's pictures
     * @throws ModelLoadException if one is not understood, or makes other tiles than the tower takes
     */
    public static TileProcessing read(String label, ModelConfig config, PixelOptions options, int side) {
        ProcessorSettings.requireClass(config, "GotOcr2ImageProcessor");
        ProcessorSettings.requireFlag(config, "do_resize", true);
        ModelConfig size = config.optionalObject("size");
        size.requireOnly("height", side);
        size.requireOnly("width", side);
        size.refuseOthers(Set.of());
        RgbPictures pictures = RgbPictures.read(config, options, DEFAULTS);
        TileSearch search =
                TileSearch.ordered(side, config.positive("min_patches", 1), config.positive("max_patches", 12));
        ProcessorSettings.refuseOthers(config, HARMLESS);
        return of(label, pictures, search, true);
    }

    private TileSearch search(ImageSettings settings) {
        return search.atMost(settings.maxTiles().orElse(Integer.MAX_VALUE));
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        Grid grid = search(settings).best(image.width(), image.height());
        int side = search.side();
        List<PixelImage> tiles = new ArrayList<>();
        if (grid.tiles() > 1) {
            PixelImage canvas = pictures.resize(image, grid.columns() * side, grid.rows() * side);
            tiles.addAll(RgbPictures.tiles(canvas, side));
        }
        if (whole || tiles.isEmpty()) {
            tiles.add(pictures.resize(image, side, side));
        }
        return processed(pictures.pixelValues(tiles), image.width(), image.height());
    }

    private static ProcessedImage processed(Tensor pixels, int width, int height) {
        return new ProcessedImage(
                Map.of(TileInput.PIXEL_VALUES, pixels),
                Map.of(COUNT, Tensor.ofLongs(new long[] {pixels.dim(0)}, 1)),
                width,
                height);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        TileSearch effective = search(settings);
        FramedDigest digest = RgbPictures.digest("tiles", revisions());
        effective.describe(digest);
        pictures.describe(digest);
        if (!whole) {
            digest.put("whole", false);
        }
        int most = effective.grids().stream().mapToInt(Grid::tiles).max().orElse(1);
        return pictures.version(label + "/t" + search.side() + "-" + most, digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        Revisions steps = new Revisions().uses("tile-processing", REVISION);
        pictures.describe(steps);
        TileSearch.describe(steps);
        return steps.all();
    }

    /**
     * Reads {@code pixel_values} with {@code num_patches}, which the processor of the whole model keeps to itself;
     * without it each tile counts as a picture, which gives the language model the same.
     */
    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors, search.side());
    }

    /** As {@link #split}, for which no other setting counts. */
    public static List<ProcessedImage> pictures(Map<String, Tensor> tensors, int side) {
        Tensor all = tensors.get(TileInput.PIXEL_VALUES);
        if (all == null) {
            return List.of();
        }
        if (all.rank() != 4 || all.dim(2) != side || all.dim(3) != side) {
            throw new IllegalArgumentException(
                    TileInput.PIXEL_VALUES + ": expected [tiles, 3, " + side + ", " + side + "], found " + all);
        }
        List<ProcessedImage> images = new ArrayList<>();
        int first = 0;
        for (int count : counts(tensors, Math.toIntExact(all.dim(0)))) {
            images.add(processed(PixelTensors.slice(tensors, TileInput.PIXEL_VALUES, first, count), 0, 0));
            first += count;
        }
        if (first != all.dim(0)) {
            throw new IllegalArgumentException(COUNT + " makes " + first + " tiles of " + all.dim(0));
        }
        return images;
    }

    private static int[] counts(Map<String, Tensor> tensors, int tiles) {
        Tensor tensor = tensors.get(COUNT);
        int[] counts = new int[tensor == null ? tiles : Math.toIntExact(tensor.elementCount())];
        if (tensor == null) {
            Arrays.fill(counts, 1);
        } else {
            LongBuffer values = tensor.longs();
            Arrays.setAll(counts, i -> Math.toIntExact(values.get(i)));
        }
        return counts;
    }
}
