package dev.embedonce.vlm.family.idefics2;

import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Pictures split into quarters, each of which is resized on its own, as is the whole: the longer side to at most a
 * fixed length, in proportion, then each side to at least another. Gives what {@link Idefics2Pictures} says; nothing is
 * padded, since each piece is encoded alone. Transparency is dropped whatever {@code do_convert_rgb} says: pictures
 * come to the reference's processor by {@code load_image}.
 *
 * <p>Of the settings of a request it knows {@code maxTiles}: fewer than the four quarters disable splitting.
 */
// Source: transformers 5.23, models/idefics2/image_processing_pil_idefics2.py, processing_idefics2.py
final class Idefics2Processor implements ImageProcessing {
    /** Raised whenever the pictures change for unchanged settings. */
    private static final int REVISION = 1;

    private static final int QUARTERS = 4;
    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BILINEAR, ImageNorm.HALF, true);

    private final RgbPictures pictures;
    private final boolean split;
    private final int longest;
    private final int shortest;

    private Idefics2Processor(ModelConfig config, PixelOptions options, int patch) {
        AlphaPolicy alpha = options.alpha() == null ? AlphaPolicy.DROP : options.alpha();
        this.pictures = RgbPictures.read(config, options.withAlpha(alpha), DEFAULTS);
        this.split = config.flag("do_image_splitting", false);
        ModelConfig size = config.optionalObject("size");
        this.longest = size.positive("longest_edge", 980);
        this.shortest = size.positive("shortest_edge", 378);
        if (shortest < patch || longest < patch) {
            throw size.refused(shortest < patch ? "shortest_edge" : "longest_edge", "at least a patch of " + patch);
        }
        size.refuseOthers(Set.of());
    }

    /**
     * Reads the settings.
     *
     * @param patch pixels a side of a patch of the tower
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name, or makes pictures too small for
     *     the tower
     */
    static Idefics2Processor read(ModelConfig config, PixelOptions options, int patch) {
        ProcessorSettings.requireClass(config, "Idefics2ImageProcessor");
        ProcessorSettings.requireFlag(config, "do_resize", true);
        Idefics2Processor processor = new Idefics2Processor(config, options, patch);
        ProcessorSettings.refuseOthers(config, "_processor_class", "_valid_processor_keys", "do_pad");
        return processor;
    }

    private boolean splits(ImageSettings settings) {
        return split && settings.maxTiles().orElse(QUARTERS) >= QUARTERS;
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.open(encoded);
        List<PixelImage> pieces = splits(settings) ? quartersAndWhole(image) : List.of(image);
        List<Tensor> tensors = pieces.stream()
                .map(piece -> pictures.pixelValues(resized(piece)))
                .toList();
        return Idefics2Pictures.image(tensors, image.width(), image.height());
    }

    private static List<PixelImage> quartersAndWhole(PixelImage image) {
        int width = image.width();
        int height = image.height();
        if (width < 2 || height < 2) {
            throw new ImageException("image is " + width + "x" + height + ", cannot be split into quarters");
        }
        int left = width / 2;
        int top = height / 2;
        return List.of(
                RgbPictures.cut(image, 0, 0, left, top),
                RgbPictures.cut(image, left, 0, width - left, top),
                RgbPictures.cut(image, 0, top, left, height - top),
                RgbPictures.cut(image, left, top, width - left, height - top),
                image);
    }

    private PixelImage resized(PixelImage image) {
        int width = image.width();
        int height = image.height();
        double ratio = (double) width / height;
        if (width >= height && width > longest) {
            width = longest;
            height = (int) (width / ratio);
        } else if (height > width && height > longest) {
            height = longest;
            width = (int) (height * ratio);
        }
        return pictures.resize(image, Math.max(width, shortest), Math.max(height, shortest));
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        boolean splits = splits(settings);
        FramedDigest digest = RgbPictures.digest("idefics2", revisions());
        digest.put("longest", longest).put("shortest", shortest).put("split", splits);
        pictures.describe(digest);
        return pictures.version("idefics2/l" + longest + "-s" + shortest + (splits ? "" : "-whole"), digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps("idefics2.processor", REVISION);
    }

    /** Reads what {@link Idefics2Pictures#split} says of pictures that are all split as the model's own are. */
    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return Idefics2Pictures.split(tensors, split ? Idefics2Pictures.PIECES : 1);
    }
}
