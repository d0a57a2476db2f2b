package dev.embedonce.vlm.family.kimi_vl;

import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.kimi_vl.KimiVlPictures.Geometry;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Pictures made smaller until they have few enough patches, then filled up with black at the right and the bottom to
 * whole tokens. Gives what {@link KimiVlPictures} says. A picture is RGB before that; the published code converts it
 * last, which matters to transparent pictures that are made smaller and to palettes that do not begin with black.
 *
 * <p>Of the settings of a request it knows {@code maxPixels}: not more patches than such a picture has.
 */
// Source: KimiVLImageProcessor of the published code, as mlx-vlm 0.7.10 has it, models/kimi_vl/processing_kimi_vl.py
final class KimiVlProcessor implements ImageProcessing {
    /** Raised whenever the pixels change for unchanged settings. */
    private static final int REVISION = 1;

    /** Patches a side for which the tower has no rotary positions any more. */
    private static final int TOO_LONG = 512;

    private static final RgbPictures.Defaults DEFAULTS =
            new RgbPictures.Defaults(ResampleFilter.BICUBIC, ImageNorm.CLIP, false);
    private static final String[] HARMLESS = {
        "_processor_class", "_valid_processor_keys", "auto_map", "num_pooled_tokens"
    };

    private final Geometry geometry;
    private final RgbPictures pictures;
    private final int most;

    private KimiVlProcessor(Geometry geometry, RgbPictures pictures, int most) {
        this.geometry = geometry;
        this.pictures = pictures;
        this.most = most;
    }

    /**
     * Reads the settings.
     *
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name, or makes other patches than the
     *     tower takes
     */
    static KimiVlProcessor read(ModelConfig config, PixelOptions options, Geometry tower) {
        ProcessorSettings.requireClass(config, "KimiVLImageProcessor");
        if (!config.flag("pad_input", false)) {
            throw config.refused("pad_input", "true");
        }
        Geometry own = new Geometry(config.side("patch_size", 14), config.side("merge_kernel_size", 2));
        if (!own.equals(tower)) {
            throw config.refused("patch_size", tower + ", as config.json says");
        }
        RgbPictures pictures = RgbPictures.read(config, options, DEFAULTS);
        KimiVlProcessor processor = new KimiVlProcessor(own, pictures, config.positive("in_token_limit", 4096));
        ProcessorSettings.refuseOthers(config, HARMLESS);
        return processor;
    }

    /** The most patches of a picture before it is filled up. */
    private long most(ImageSettings settings) {
        long area = (long) geometry.patch() * geometry.patch();
        long asked = settings.maxPixels().orElse(Long.MAX_VALUE) / area;
        return Math.max(1, Math.min(most, asked));
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelImage image = pictures.openAsStored(encoded);
        PixelImage small = pictures.rgb(shrunk(image, most(settings)));
        PixelImage whole = RgbPictures.pad(small, wholeTokens(small.width()), wholeTokens(small.height()));
        if (Math.max(whole.width(), whole.height()) / geometry.patch() >= TOO_LONG) {
            throw new ImageException("image is " + image.width() + "x" + image.height() + ", its longer side has "
                    + TOO_LONG + " patches or more");
        }
        return geometry.image(pictures.pixelValues(whole), image.width(), image.height());
    }

    private PixelImage shrunk(PixelImage image, long patches) {
        long own = (long) (image.width() / geometry.patch()) * (image.height() / geometry.patch());
        if (own <= patches) {
            return image;
        }
        double scale = Math.sqrt((double) patches / own);
        return pictures.resize(image, (int) (image.width() * scale), (int) (image.height() * scale));
    }

    private int wholeTokens(int length) {
        int side = geometry.side();
        return (length + side - 1) / side * side;
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        long patches = most(settings);
        FramedDigest digest = RgbPictures.digest("kimi-vl", revisions());
        digest.put("patch", geometry.patch()).put("merge", geometry.merge()).put("most", patches);
        pictures.describe(digest);
        return pictures.version("kimi_vl/p" + geometry.patch() + "-" + patches, digest);
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return pictures.steps("kimi-vl.processor", REVISION);
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return geometry.pictures(tensors);
    }
}
