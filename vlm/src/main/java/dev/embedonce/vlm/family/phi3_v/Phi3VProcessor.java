package dev.embedonce.vlm.family.phi3_v;

import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import dev.embedonce.vlm.vision.SeparatedTiles;
import dev.embedonce.vlm.vision.TileInput;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Pictures as wide as whole crops, and as many of these as {@code num_crops} allows; white above and below fills the
 * last row. Portraits are turned on their side for that and back again. Transparency is forgotten. Of the settings of a
 * request it knows {@code maxTiles}, which takes the place of {@code num_crops}.
 */
// Source: microsoft/Phi-3-vision-128k-instruct, image_processing_phi3_v.py, Phi3VImageProcessor.preprocess
final class Phi3VProcessor implements ImageProcessing {
    private static final String STEP = "phi3_v.processor";
    /** Raised whenever the crops change for unchanged settings. */
    private static final int REVISION = 1;

    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BILINEAR, ImageNorm.CLIP, false);
    private static final String[] HARMLESS = {"auto_map", "do_convert_rgb", "num_img_tokens", "_processor_class"};
    /** int64 {@code [pictures, 2]} of the published processor: height and width of the canvas in pixels. */
    private static final String SIZES = "image_sizes";

    private final RgbPictures pictures;
    private final SeparatedTiles tiles;
    private final int crops;

    private Phi3VProcessor(RgbPictures pictures, SeparatedTiles tiles, int crops) {
        this.pictures = pictures;
        this.tiles = tiles;
        this.crops = crops;
    }

    /**
     * Reads the settings.
     *
     * @throws dev.embedonce.error.ModelLoadException if one is not understood
     */
    static Phi3VProcessor read(FamilyFiles files, PixelOptions options, SeparatedTiles tiles) {
        ModelConfig config = files.imageProcessor();
        ProcessorSettings.requireClass(config, "Phi3VImageProcessor");
        ProcessorSettings.requireFlag(config, "do_rescale", true);
        ProcessorSettings.requireFlag(config, "do_normalize", true);
        config.requireOnly("resample", ResampleFilter.BILINEAR.pillowCode());
        AlphaPolicy alpha = options.alpha() == null ? AlphaPolicy.DROP : options.alpha();
        RgbPictures pictures = RgbPictures.read(config, options.withAlpha(alpha), DEFAULTS);
        int crops = config.positive("num_crops", 1);
        ProcessorSettings.refuseOthers(config, HARMLESS);
        return new Phi3VProcessor(pictures, tiles, crops);
    }

    private int crops(ImageSettings settings) {
        return settings.maxTiles().orElse(crops);
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        boolean portrait = image.width() < image.height();
        PixelImage canvas = canvas(portrait ? RgbPictures.transposed(image) : image, crops(settings));
        if (portrait) {
            canvas = RgbPictures.transposed(canvas);
        }
        return processed(tiles.pixelValues(pictures, canvas), tiles, tiles.grid(canvas), image.width(), image.height());
    }

    /** A picture at least as wide as high, resized and padded to whole crops. */
    private PixelImage canvas(PixelImage image, int most) {
        double ratio = (double) image.width() / image.height();
        int columns = 1;
        while ((columns + 1) * Math.ceil((columns + 1) / ratio) <= most) {
            columns++;
        }
        int side = tiles.side();
        int width = columns * side;
        int height = (int) (width / ratio);
        int padded = (height + side - 1) / side * side;
        return RgbPictures.padWithWhite(pictures.resize(image, width, height), 0, (padded - height) / 2, width, padded);
    }

    private static ProcessedImage processed(Tensor pixels, SeparatedTiles tiles, Grid grid, int width, int height) {
        return SeparatedTiles.processed(pixels, grid, tiles.all(grid.rows()), tiles.all(grid.columns()), width, height);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        int most = crops(settings);
        FramedDigest digest = RgbPictures.digest("phi3_v", revisions());
        digest.put("side", tiles.side()).put("tokens", tiles.tokens()).put("crops", most);
        pictures.describe(digest);
        return pictures.version("phi3_v/t" + tiles.side() + "-" + most, digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        Revisions steps = new Revisions().uses(STEP, REVISION);
        pictures.describe(steps);
        SeparatedTiles.describe(steps);
        return steps.all();
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors, tiles);
    }

    /** As {@link #split}, for which no other setting counts. */
    static List<ProcessedImage> pictures(Map<String, Tensor> tensors, SeparatedTiles tiles) {
        PixelTensors.requireSameRows(tensors, TileInput.PIXEL_VALUES, SIZES);
        List<Tensor> all = PixelTensors.rows(tensors, TileInput.PIXEL_VALUES);
        List<Tensor> sizes = PixelTensors.rows(tensors, SIZES);
        List<ProcessedImage> images = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            LongBuffer size = sizes.get(i).longs();
            Grid grid = new Grid((int) size.get(0) / tiles.side(), (int) size.get(1) / tiles.side());
            images.add(processed(TileInput.part(all.get(i), 0, 1 + grid.tiles()), tiles, grid, 0, 0));
        }
        return images;
    }
}
