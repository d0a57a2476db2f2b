package dev.embedonce.vlm.family.deepseek_vl_v2;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.ResizeRule.Size;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.GridPinpoints;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import dev.embedonce.vlm.vision.TileInput;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Pictures centred on a tile, then on the candidate size that shows most of them and cut into tiles; what is left is of
 * the mean colour, transparency is dropped. Gives {@code pixel_values}, float32 {@code [1 + tiles, 3, side, side]}, and
 * {@code images_spatial_crop}, int64 {@code [2]}: columns and rows of tiles. A picture of one tile is that tile alone,
 * float32 {@code [1, 3, side, side]}: where the published code has it twice, the tower sees it once.
 *
 * <p>A picture among more than two in a request is one tile, whatever its shape: it is not the same to the tower as the
 * picture alone. Of the other settings of a request it knows {@code maxTiles}: sizes of more tiles are left out.
 */
// Source: deepseek-ai/DeepSeek-VL2, deepseek_vl2/models/processing_deepseek_vl_v2.py, utils/io.py; Pillow 13.0.0,
// ImageOps.pad
final class DeepseekVlV2Processor implements ImageProcessing {
    private static final String CROPS = "images_spatial_crop";

    /** The name in versions, which never changes. */
    private static final String STEP = "deepseek-vl-v2.processor";
    /** Raised whenever the tiles change for unchanged settings. */
    private static final int REVISION = 1;

    /** The most pictures of a request that are cut into tiles. */
    private static final int CUT_AT_MOST = 2;

    private static final Grid WHOLE = new Grid(1, 1);
    private static final String CANDIDATES = "candidate_resolutions";
    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BICUBIC, ImageNorm.HALF, false);
    /** About training. */
    private static final String[] HARMLESS = {"add_special_token", "auto_map", "ignore_id", "mask_prompt", "pad_token"};

    private final RgbPictures pictures;
    private final GridPinpoints candidates;
    private final byte[] fill;

    private DeepseekVlV2Processor(RgbPictures pictures, GridPinpoints candidates, byte[] fill) {
        this.pictures = pictures;
        this.candidates = candidates;
        this.fill = fill;
    }

    /**
     * Reads {@code processor_config.json}.
     *
     * @throws ModelLoadException if a setting is not understood, by name, or makes other tiles than the tower takes
     */
    static DeepseekVlV2Processor read(FamilyFiles files, PixelOptions options, DeepseekVlV2Tower tower) {
        ModelConfig config = files.processor().recordedBy(new ConfigRecord());
        ProcessorSettings.requireFlag(config, "normalize", true);
        config.oneOf("image_token", DeepseekVlV2Prompts.IMAGE);
        config.oneOf("sft_format", "deepseek");
        requireAsTower(config, "patch_size", tower.vit().patchSize());
        requireAsTower(config, "downsample_ratio", tower.merge());
        RgbPictures pictures = RgbPictures.read(config, options, DEFAULTS);
        List<Double> mean = config.numbers("image_mean", ImageNorm.HALF.mean());
        byte[] fill = new byte[mean.size()];
        for (int i = 0; i < fill.length; i++) {
            fill[i] = (byte) (mean.get(i) * 255);
        }
        GridPinpoints candidates = candidates(config, tower.vit().imageSize());
        ProcessorSettings.refuseOthers(config, HARMLESS);
        return new DeepseekVlV2Processor(pictures, candidates, fill);
    }

    private static void requireAsTower(ModelConfig config, String name, int tower) {
        if (config.positive(name) != tower) {
            throw config.refused(name, tower + ", as config.json says");
        }
    }

    /** Pairs of width and height, of which the first is one tile. */
    private static GridPinpoints candidates(ModelConfig config, int side) {
        List<Grid> grids = new ArrayList<>();
        for (List<Integer> size : config.pairs(CANDIDATES)) {
            if (size.get(0) % side != 0 || size.get(1) % side != 0) {
                throw config.refused(CANDIDATES, "pairs of multiples of " + side);
            }
            grids.add(new Grid(size.get(1) / side, size.get(0) / side));
        }
        if (grids.isEmpty() || grids.get(0).columns() != 1) {
            throw config.refused(CANDIDATES, "sizes, of which the first is " + side + " wide");
        }
        return new GridPinpoints(side, grids);
    }

    private GridPinpoints candidates(ImageSettings settings) {
        return settings.imagesInRequest() > CUT_AT_MOST
                ? new GridPinpoints(candidates.side(), List.of(WHOLE))
                : candidates.atMost(settings.maxTiles().orElse(Integer.MAX_VALUE));
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        Grid grid = candidates(settings).best(image.width(), image.height());
        List<PixelImage> tiles = new ArrayList<>(List.of(centred(image, WHOLE)));
        if (grid.tiles() > 1) {
            tiles.addAll(RgbPictures.tiles(centred(image, grid), candidates.side()));
        }
        return processed(pictures.pixelValues(tiles), grid, image.width(), image.height());
    }

    /** A picture as large as it fits, in the middle of a grid of tiles. */
    private PixelImage centred(PixelImage image, Grid grid) {
        Size canvas = candidates.canvas(grid);
        double own = (double) image.width() / image.height();
        double wanted = (double) canvas.width() / canvas.height();
        int width = canvas.width();
        int height = canvas.height();
        if (own > wanted) {
            height = (int) Math.rint((double) image.height() / image.width() * width);
        } else if (own < wanted) {
            width = (int) Math.rint(own * height);
        }
        int left = (int) Math.rint((canvas.width() - width) * 0.5);
        int top = width == canvas.width() ? (int) Math.rint((canvas.height() - height) * 0.5) : 0;
        return RgbPictures.padAround(
                pictures.resize(image, width, height), left, top, canvas.width(), canvas.height(), fill);
    }

    private static ProcessedImage processed(Tensor tiles, Grid grid, int width, int height) {
        return new ProcessedImage(
                Map.of(TileInput.PIXEL_VALUES, tiles),
                Map.of(CROPS, Tensor.ofLongs(new long[] {grid.columns(), grid.rows()}, 2)),
                width,
                height);
    }

    /** Rows and columns of the tiles of a picture that was made ready here. */
    static Grid grid(ProcessedImage image) {
        LongBuffer crops = image.layout(CROPS).longs();
        return new Grid(Math.toIntExact(crops.get(1)), Math.toIntExact(crops.get(0)));
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        GridPinpoints effective = candidates(settings);
        FramedDigest digest = RgbPictures.digest("deepseek-vl-v2", revisions());
        digest.put("side", effective.side()).put("fill", fill);
        for (Grid grid : effective.grids()) {
            digest.put("rows", grid.rows()).put("columns", grid.columns());
        }
        pictures.describe(digest);
        int most = effective.grids().stream().mapToInt(Grid::tiles).max().orElseThrow();
        return pictures.version("deepseek_vl_v2/t" + effective.side() + "-" + most, digest);
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
        return pictures(tensors);
    }

    /**
     * Reads {@code pixel_values} (or {@code images}, as the published code says), float32 {@code [.., 3, side, side]},
     * and {@code images_spatial_crop}, int64 {@code [.., 2]}.
     *
     * @throws IllegalArgumentException if there are more or fewer tiles
     */
    static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        Tensor crops = tensors.get(CROPS);
        Tensor all = tensors.getOrDefault(TileInput.PIXEL_VALUES, tensors.get("images"));
        if ((crops == null) != (all == null)) {
            throw new IllegalArgumentException(
                    TileInput.PIXEL_VALUES + " and " + CROPS + " belong together; found " + tensors.keySet());
        }
        List<ProcessedImage> images = new ArrayList<>();
        int from = 0;
        for (int i = 0; crops != null && all != null && i < crops.elementCount(); i += 2) {
            Grid grid = new Grid(
                    Math.toIntExact(crops.longs().get(i + 1)),
                    Math.toIntExact(crops.longs().get(i)));
            Tensor own = TileInput.part(all, from, 1 + grid.tiles());
            from += 1 + grid.tiles();
            images.add(processed(grid.tiles() == 1 ? TileInput.part(own, 0, 1) : own, grid, 0, 0));
        }
        return images;
    }
}
