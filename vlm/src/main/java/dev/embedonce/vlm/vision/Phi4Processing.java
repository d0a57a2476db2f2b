package dev.embedonce.vlm.vision;

import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.GridPinpoints.Grid;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Pictures at the upper left of a canvas of tiles, white right of them or below: of as many tiles as they reach into at
 * their own size or, where that would be more than {@code dynamic_hd}, of the grid whose shape is most like theirs; as
 * large as they fit. As Pillow does it for the models' own code, and torchvision for transformers. Of the settings of a
 * request it knows {@code maxTiles}, which takes the place of {@code dynamic_hd}.
 */
// Source: microsoft/Phi-4-multimodal-instruct, processing_phi4mm.py, Phi4MMImageProcessor; transformers 5.23,
// models/phi4_multimodal/image_processing_phi4_multimodal.py
public final class Phi4Processing implements ImageProcessing {
    private static final String STEP = "phi4.processor";
    /** Raised whenever the tiles change for unchanged settings. */
    private static final int REVISION = 1;

    private static final int LEAST = 10;
    private static final String SIZES = "image_sizes";
    private static final String MASK = "image_attention_mask";
    /** What pixels are called by the models' own code, and by transformers. */
    private static final List<String> PIXELS = List.of("input_image_embeds", "image_pixel_values");

    private static final List<String> AUDIO = List.of("input_audio_embeds", "audio_input_features");
    /** Of the audio processor too, whose settings are in the same file. */
    private static final String[] OWN_HARMLESS = {
        "auto_map",
        "audio_compression_rate",
        "audio_downsample_rate",
        "audio_feat_stride",
        "compression_rate",
        "feat_stride",
        "feature_extractor_type",
        "qformer_compression_rate",
        "_processor_class"
    };

    private static final String[] HARMLESS = {"_processor_class", "_valid_processor_keys", "do_resize"};

    private final String label;
    private final RgbPictures pictures;
    private final Phi4Vision tower;
    private final int most;

    private Phi4Processing(String label, RgbPictures pictures, Phi4Vision tower, int most) {
        this.label = label;
        this.pictures = pictures;
        this.tower = tower;
        this.most = most;
    }

    /**
     * Reads settings of the models' own code, which forgets transparency.
     *
     * @param label what preprocessing versions begin with
     * @throws dev.embedonce.error.ModelLoadException if one is not understood
     */
    public static Phi4Processing readOwn(String label, ModelConfig config, PixelOptions options, Phi4Vision tower) {
        ProcessorSettings.requireClass(config, "Phi4MMImageProcessor");
        ProcessorSettings.requireFlag(config, "do_rescale", true);
        ProcessorSettings.requireFlag(config, "do_normalize", true);
        config.requireOnly("resample", ResampleFilter.BILINEAR.pillowCode());
        AlphaPolicy alpha = options.alpha() == null ? AlphaPolicy.DROP : options.alpha();
        RgbPictures pictures = RgbPictures.read(
                config,
                options.withAlpha(alpha),
                new RgbPictures.Defaults(ResampleFilter.BILINEAR, ImageNorm.HALF, false));
        Phi4Processing processing = new Phi4Processing(label, pictures, tower, config.positive("dynamic_hd", 36));
        ProcessorSettings.refuseOthers(config, OWN_HARMLESS);
        return processing;
    }

    /**
     * Reads settings of transformers, whose {@code resample} is that of thumbnails.
     *
     * @param label what preprocessing versions begin with
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, or makes other tiles than the tower
     *     takes
     */
    public static Phi4Processing read(String label, ModelConfig config, PixelOptions options, Phi4Vision tower) {
        ProcessorSettings.requireClass(config, "Phi4MultimodalImageProcessor");
        config.requireOnly("resample", ResampleFilter.BICUBIC.pillowCode());
        config.requireOnly("patch_size", tower.patchSize());
        ModelConfig size = config.optionalObject("size");
        size.requireOnly("height", tower.tiles().side());
        size.requireOnly("width", tower.tiles().side());
        size.refuseOthers(Set.of());
        RgbPictures pictures = RgbPictures.readTorchvision(
                        config, options, new RgbPictures.Defaults(ResampleFilter.BICUBIC, ImageNorm.HALF, true))
                .with(ResampleFilter.BILINEAR);
        Phi4Processing processing = new Phi4Processing(label, pictures, tower, config.positive("dynamic_hd", 36));
        ProcessorSettings.refuseOthers(config, HARMLESS);
        return processing;
    }

    private int most(ImageSettings settings) {
        return settings.maxTiles().orElse(most);
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        int side = tower.tiles().side();
        Grid grid = grid(image, most(settings));
        int width = grid.columns() * side;
        int height = grid.rows() * side;
        double across = (double) width / image.width();
        double down = (double) height / image.height();
        int newWidth = across < down ? width : (int) (image.width() * down);
        int newHeight = across < down ? (int) (image.height() * across) : height;
        if (Math.min(newWidth, newHeight) < LEAST) {
            throw new ImageException("image is " + image.width() + "x" + image.height() + ", too thin: it would become "
                    + newWidth + "x" + newHeight);
        }
        PixelImage canvas = RgbPictures.padWithWhite(pictures.resize(image, newWidth, newHeight), 0, 0, width, height);
        int patch = tower.patchSize();
        return processed(
                tower.tiles().pixelValues(pictures, canvas),
                grid,
                height / patch - (height - newHeight) / patch,
                width / patch - (width - newWidth) / patch,
                image.width(),
                image.height());
    }

    private Grid grid(PixelImage image, int tiles) {
        int side = tower.tiles().side();
        int columns = (image.width() + side - 1) / side;
        int rows = (image.height() + side - 1) / side;
        return (long) columns * rows <= tiles
                ? new Grid(rows, columns)
                : TileSearch.ordered(side, 1, tiles).best(image.width(), image.height());
    }

    /** @param rows of patches that are not padding */
    private static ProcessedImage processed(Tensor pixels, Grid grid, int rows, int columns, int width, int height) {
        ProcessedImage image = SeparatedTiles.processed(pixels, grid, (rows + 1) / 2, (columns + 1) / 2, width, height);
        Map<String, Tensor> layout = new HashMap<>(image.layout());
        layout.put(PaddedTiles.PATCHES, Tensor.ofLongs(new long[] {rows, columns}, 2));
        return new ProcessedImage(image.inputs(), layout, width, height);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        int tiles = most(settings);
        FramedDigest digest = RgbPictures.digest("phi4", revisions());
        digest.put("side", tower.tiles().side()).put("patch", tower.patchSize()).put("tiles", tiles);
        pictures.describe(digest);
        return pictures.version(label + "/t" + tower.tiles().side() + "-" + tiles, digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        Revisions steps = new Revisions().uses(STEP, REVISION);
        pictures.describe(steps);
        SeparatedTiles.describe(steps);
        TileSearch.describe(steps);
        return steps.all();
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors, tower);
    }

    /**
     * As {@link #split}, for which no other setting counts.
     *
     * @throws IllegalArgumentException if there is audio among the tensors, which is not supported
     */
    public static List<ProcessedImage> pictures(Map<String, Tensor> tensors, Phi4Vision tower) {
        for (String audio : AUDIO) {
            Tensor tensor = tensors.get(audio);
            if (tensor != null && tensor.elementCount() > 0) {
                throw new IllegalArgumentException(audio + ": audio is not supported");
            }
        }
        String name = PIXELS.stream().filter(tensors::containsKey).findFirst().orElse(PIXELS.get(0));
        PixelTensors.requireSameRows(tensors, name, SIZES, MASK);
        List<Tensor> pixels = PixelTensors.rows(tensors, name);
        List<Tensor> sizes = PixelTensors.rows(tensors, SIZES);
        List<Tensor> masks = PixelTensors.rows(tensors, MASK);
        SeparatedTiles tiles = tower.tiles();
        List<ProcessedImage> images = new ArrayList<>();
        for (int i = 0; i < pixels.size(); i++) {
            LongBuffer size = sizes.get(i).longs();
            Grid grid = new Grid((int) size.get(0) / tiles.side(), (int) size.get(1) / tiles.side());
            int side = tiles.side() / tower.patchSize();
            images.add(processed(
                    TileInput.part(pixels.get(i), 0, 1 + grid.tiles()),
                    grid,
                    shown(masks.get(i), grid.rows(), grid.columns(), side, side),
                    shown(masks.get(i), grid.columns(), 1, side, 1),
                    0,
                    0));
        }
        return images;
    }

    /**
     * Patches along one edge of the canvas that are not padding.
     *
     * @param mask float32 {@code [1 + tiles, side, side]}
     * @param tiles along the edge
     * @param next from one of them to the next
     * @param side patches a side of a tile
     * @param step from one patch to the next along the edge
     */
    private static int shown(Tensor mask, int tiles, int next, int side, int step) {
        FloatBuffer values = mask.floats();
        int shown = 0;
        for (int tile = 0; tile < tiles; tile++) {
            for (int patch = 0; patch < side; patch++) {
                shown += values.get((1 + tile * next) * side * side + patch * step) == 0 ? 0 : 1;
            }
        }
        return shown;
    }
}
