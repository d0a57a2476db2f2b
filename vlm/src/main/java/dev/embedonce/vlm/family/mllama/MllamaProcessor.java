package dev.embedonce.vlm.family.mllama;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import dev.embedonce.vlm.vision.RgbPictures.Defaults;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;

/**
 * Pictures on the canvas of whole tiles that suits them best, black where they do not reach: {@code pixel_values},
 * float32 {@code [maxTiles, 3, size, size]}, zeros in tiles that are not used; {@code aspect_ratio_ids}, int64 {@code
 * [1]}, the number of the canvas from 1 on; {@code aspect_ratio_mask}, int64 {@code [maxTiles]}, 1 for tiles that are
 * used.
 *
 * <p>A request may allow fewer tiles; the numbers of the canvases stay those of the model.
 */
// Source: transformers 5.23, models/mllama/image_processing_pil_mllama.py
final class MllamaProcessor implements ImageProcessing {
    static final String PIXEL_VALUES = "pixel_values";
    static final String RATIO = "aspect_ratio_ids";
    static final String TILES = "aspect_ratio_mask";

    private static final int REVISION = 1;

    /** Tiles down and across, and the number of this arrangement. */
    private record Canvas(int rows, int columns, int number) {
        int tiles() {
            return rows * columns;
        }
    }

    private final RgbPictures pictures;
    private final int tileSize;
    private final int maxTiles;

    private MllamaProcessor(ModelConfig config, PixelOptions pixels) {
        this.pictures = RgbPictures.read(config, pixels, new Defaults(ResampleFilter.BILINEAR, ImageNorm.HALF, true));
        ModelConfig size = config.optionalObject("size");
        this.tileSize = size.positive("height", 224);
        size.requireOnly("width", tileSize);
        this.maxTiles = config.positive("max_image_tiles", 4);
        ProcessorSettings.requireFlag(config, "do_resize", true);
        ProcessorSettings.requireFlag(config, "do_pad", true);
        ProcessorSettings.refuseOthers(config);
    }

    static MllamaProcessor read(ModelConfig config, PixelOptions pixels) {
        ProcessorSettings.requireClass(config, "MllamaImageProcessor");
        return new MllamaProcessor(config, pixels);
    }

    /**
     * The tiles that a tower takes.
     *
     * @param size pixels a side of one
     * @param most of a picture
     */
    record Tiles(int size, int most) {
        /** Those of a {@code vision_config}. */
        static Tiles read(ModelConfig vision) {
            return new Tiles(vision.side("image_size", 448), vision.positive("max_num_tiles", 4));
        }
    }

    Tiles tiles() {
        return new Tiles(tileSize, maxTiles);
    }

    private int tiles(ImageSettings settings) {
        return Math.min(maxTiles, settings.maxTiles().orElse(maxTiles));
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        Canvas canvas = canvas(image.width(), image.height(), tiles(settings));
        PixelImage fitted = fitted(image, canvas.columns * tileSize, canvas.rows * tileSize);
        PixelImage whole = RgbPictures.pad(fitted, canvas.columns * tileSize, canvas.rows * tileSize);
        long[] used = new long[maxTiles];
        for (int i = 0; i < canvas.tiles(); i++) {
            used[i] = 1;
        }
        return new ProcessedImage(
                Map.of(PIXEL_VALUES, filled(pictures.pixelValues(RgbPictures.tiles(whole, tileSize)))),
                Map.of(RATIO, Tensor.ofLongs(new long[] {canvas.number}, 1), TILES, Tensor.ofLongs(used, maxTiles)),
                image.width(),
                image.height());
    }

    /** The canvas that needs the least enlargement, or else the least shrinking; of equal ones the smallest. */
    private Canvas canvas(int width, int height, int most) {
        Canvas best = null;
        double bestScale = 0;
        for (Canvas canvas : canvases(most)) {
            double down = (double) (canvas.rows * tileSize) / height;
            double across = (double) (canvas.columns * tileSize) / width;
            double scale = Math.min(down, across);
            boolean better = best == null
                    || (scale >= 1 ? bestScale < 1 || scale < bestScale : bestScale < 1 && scale > bestScale)
                    || (scale == bestScale && canvas.tiles() < best.tiles());
            if (better) {
                best = canvas;
                bestScale = scale;
            }
        }
        return Objects.requireNonNull(best);
    }

    private List<Canvas> canvases(int most) {
        List<Canvas> canvases = new ArrayList<>();
        int number = 0;
        for (int rows = 1; rows <= maxTiles; rows++) {
            for (int columns = 1; rows * columns <= maxTiles; columns++) {
                number++;
                if (rows * columns <= most) {
                    canvases.add(new Canvas(rows, columns, number));
                }
            }
        }
        return canvases;
    }

    /**
     * The picture in its own aspect ratio, no larger than the canvas, and no side smaller than a tile unless it must
     * be.
     */
    private PixelImage fitted(PixelImage image, int canvasWidth, int canvasHeight) {
        int width = Math.max(tileSize, Math.min(canvasWidth, image.width()));
        int height = Math.max(tileSize, Math.min(canvasHeight, image.height()));
        double down = (double) height / image.height();
        double across = (double) width / image.width();
        if (across < down) {
            height = Math.min(Math.max(1, (int) Math.floor(image.height() * across)), height);
        } else {
            width = Math.min(Math.max(1, (int) Math.floor(image.width() * down)), width);
        }
        return pictures.resize(image, width, height);
    }

    private Tensor filled(Tensor tiles) {
        long[] shape = tiles.shape().clone();
        shape[0] = maxTiles;
        ByteBuffer all = Tensor.direct(tiles.dtype(), shape);
        all.put(0, tiles.data(), 0, tiles.sizeBytes());
        return Tensor.view(tiles.dtype(), shape, all);
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        FramedDigest digest = RgbPictures.digest("mllama", revisions());
        pictures.describe(digest);
        digest.put("tileSize", tileSize).put("maxTiles", maxTiles).put("tiles", tiles(settings));
        return pictures.version("mllama/" + tileSize + "-t" + tiles(settings), digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps("mllama.processor", REVISION);
    }

    /** Number 0 is no picture: the reference fills up requests that have fewer than others. */
    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors);
    }

    /** As {@link #split}, for which no setting counts. */
    static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        List<ProcessedImage> images = new ArrayList<>();
        PixelTensors.requireSameRows(tensors, PIXEL_VALUES, RATIO, TILES);
        List<Tensor> pixels = PixelTensors.rows(tensors, PIXEL_VALUES);
        List<Tensor> ratios = PixelTensors.rows(tensors, RATIO);
        List<Tensor> tiles = PixelTensors.rows(tensors, TILES);
        for (int request = 0; request < pixels.size(); request++) {
            for (int i = 0; i < pixels.get(request).dim(0); i++) {
                long number = ratios.get(request).longs().get(i);
                if (number != 0) {
                    images.add(new ProcessedImage(
                            Map.of(
                                    PIXEL_VALUES,
                                    PixelTensors.rows(pixels.get(request)).get(i)),
                            Map.of(
                                    RATIO,
                                    Tensor.ofLongs(new long[] {number}, 1),
                                    TILES,
                                    PixelTensors.rows(tiles.get(request)).get(i)),
                            0,
                            0));
                }
            }
        }
        return images;
    }
}
