package dev.embedonce.vlm.family.gemma3;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A picture squeezed into a square, and, if pan-and-scan is on, crops of a long picture after it, each squeezed
 * likewise: {@code pixel_values}, float32 {@code [1 + crops, 3, size, size]}, and {@code num_crops}, int64 {@code [1]}.
 *
 * <p>A request that says how many tiles there may be turns pan-and-scan on, or off with less than 2. Otherwise the
 * configuration decides. (Published ones leave it open, which is off; transformers' processor reads none of it from
 * them.)
 */
// Source: transformers 5.23, models/gemma3/image_processing_pil_gemma3.py, processing_gemma3.py
final class Gemma3Processor implements ImageProcessing {
    static final String NUM_CROPS = "num_crops";

    private static final String PIXEL_VALUES = "pixel_values";
    private static final int REVISION = 1;

    private final RgbPictures pictures;
    private final int height;
    private final int width;
    private final boolean resize;
    private final boolean panAndScan;
    private final int minCropSize;
    private final int maxCrops;
    private final double minRatio;

    private Gemma3Processor(ModelConfig config, PixelOptions pixels) {
        this.pictures = RgbPictures.read(config, pixels, new Defaults(ResampleFilter.BILINEAR, ImageNorm.HALF, true));
        ModelConfig size = config.optionalObject("size");
        this.height = size.positive("height", 224);
        this.width = size.positive("width", 224);
        this.resize = config.flag("do_resize", true);
        this.panAndScan = config.flag("do_pan_and_scan", false);
        this.minCropSize = config.positive("pan_and_scan_min_crop_size", 256);
        this.maxCrops = config.positive("pan_and_scan_max_num_crops", 4);
        this.minRatio = config.number("pan_and_scan_min_ratio_to_activate", 1.2);
        ProcessorSettings.refuseOthers(config, "image_seq_length");
    }

    static Gemma3Processor read(ModelConfig config, PixelOptions pixels) {
        ProcessorSettings.requireClass(config, "Gemma3ImageProcessor");
        return new Gemma3Processor(config, pixels);
    }

    /** The most crops of a picture; 0 if there are none. */
    private int crops(ImageSettings settings) {
        int asked = settings.maxTiles().orElse(panAndScan ? maxCrops : 0);
        return asked < 2 ? 0 : asked;
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage whole = pictures.open(encoded);
        List<PixelImage> images = new ArrayList<>(List.of(whole));
        int crops = crops(settings);
        if (crops > 0) {
            images.addAll(crops(whole, crops));
        }
        List<PixelImage> sized = resize
                ? images.stream()
                        .map(image -> pictures.resize(image, width, height))
                        .toList()
                : images;
        return new ProcessedImage(
                Map.of(PIXEL_VALUES, pictures.pixelValues(sized)),
                Map.of(NUM_CROPS, Tensor.ofLongs(new long[] {images.size() - 1L}, 1)),
                whole.width(),
                whole.height());
    }

    /** Equal parts of the longer side, if that is long enough. */
    private List<PixelImage> crops(PixelImage image, int most) {
        boolean wide = image.width() >= image.height();
        int longer = Math.max(image.width(), image.height());
        int shorter = Math.min(image.width(), image.height());
        double ratio = (double) longer / shorter;
        if (ratio < minRatio) {
            return List.of();
        }
        int count = Math.min(longer / minCropSize, (int) Math.floor(ratio + 0.5));
        count = Math.min(most, Math.max(2, count));
        int length = (longer + count - 1) / count;
        if (Math.min(length, shorter) < minCropSize) {
            return List.of();
        }
        List<PixelImage> crops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            crops.add(
                    wide
                            ? RgbPictures.cut(image, i * length, 0, length, shorter)
                            : RgbPictures.cut(image, 0, i * length, shorter, length));
        }
        return crops;
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        int crops = crops(settings);
        FramedDigest digest = RgbPictures.digest("gemma3", revisions());
        pictures.describe(digest);
        digest.put("size", resize ? new long[] {height, width} : new long[0]).put("crops", crops);
        if (crops > 0) {
            digest.put("minCropSize", minCropSize).put("minRatio", minRatio);
        }
        return pictures.version("gemma3/" + width + "x" + height + (crops == 0 ? "" : "-p" + crops), digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps("gemma3.processor", REVISION);
    }

    /**
     * Crops are pictures of their own here if {@code num_crops} is not among the tensors; the features are the same.
     */
    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors);
    }

    /** As {@link #split}, for which no setting counts. */
    static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        List<Tensor> rows = PixelTensors.rows(tensors, PIXEL_VALUES);
        List<Tensor> counts = PixelTensors.rows(tensors, NUM_CROPS);
        List<ProcessedImage> images = new ArrayList<>();
        int first = 0;
        while (first < rows.size()) {
            int crops = counts.isEmpty()
                    ? 0
                    : (int) counts.get(images.size()).longs().get(0);
            images.add(new ProcessedImage(
                    Map.of(PIXEL_VALUES, PixelTensors.slice(tensors, PIXEL_VALUES, first, 1 + crops)),
                    Map.of(NUM_CROPS, Tensor.ofLongs(new long[] {crops}, 1)),
                    0,
                    0));
            first += 1 + crops;
        }
        return images;
    }
}
