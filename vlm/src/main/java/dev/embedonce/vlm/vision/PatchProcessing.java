package dev.embedonce.vlm.vision;

import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelSettings;
import dev.embedonce.image.process.PixelValues;
import dev.embedonce.image.process.ResizeRule;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchFeeds;
import dev.embedonce.model.tower.PatchTower;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiFunction;

/**
 * Pictures packed as patches, as transformers' {@code Qwen2VLImageProcessor} and {@code Glm4vImageProcessor} do, and,
 * but for the order of the patches, {@code PaddleOCRVLImageProcessor}: resized so that both sides are whole numbers of
 * merged patches, then cut. Gives {@code pixel_values}, float32 {@code [patches, 3 * temporal * patch * patch]}, the
 * patches that are merged standing together, and {@code image_grid_thw}, int64 {@code [3]}: 1, rows and columns of
 * patches.
 */
// Source: transformers 5.23, models/qwen2_vl/image_processing_pil_qwen2_vl.py,
// models/glm4v/image_processing_pil_glm4v.py, models/paddleocr_vl/image_processing_pil_paddleocr_vl.py
public final class PatchProcessing implements ImageProcessing {
    public static final String PIXEL_VALUES = PatchTower.PIXEL_VALUES;
    public static final String GRID = "image_grid_thw";

    private static final String MIN_PIXELS = "min_pixels";
    private static final String MAX_PIXELS = "max_pixels";
    private static final String GLM_46V = "Glm46VImageProcessor";

    /** Raised whenever the patches change for unchanged settings. */
    private static final int REVISION = 1;

    private final Geometry geometry;
    private final Sizes sizes;
    private final TensorSplitter splitter;
    private final boolean resize;
    private final PixelSettings pixels;
    private final PixelOptions options;

    /**
     * How a kind of processor chooses sizes.
     *
     * @param minPixels, maxPixels of a picture, each pixel counted {@code times}
     */
    public record Sizes(long minPixels, long maxPixels, int times, Rule rule) {
        /** Makes the rule for sides that are multiples of {@code factor}. */
        @FunctionalInterface
        public interface Rule {
            ResizeRule of(int factor, long minPixels, long maxPixels);
        }

        ResizeRule rule(int factor, ImageSettings settings) {
            OptionalLong asked = times(settings.maxPixels());
            long least = times(settings.minPixels()).orElse(Math.min(minPixels, asked.orElse(minPixels)));
            return rule.of(factor, least, asked.orElse(Math.max(maxPixels, least)));
        }

        private OptionalLong times(OptionalLong pixels) {
            return pixels.stream().map(value -> value * times).findFirst();
        }
    }

    private PatchProcessing(
            ModelConfig config,
            PixelOptions options,
            Geometry geometry,
            Sizes sizes,
            TensorSplitter splitter,
            String... harmless) {
        this.geometry = geometry;
        this.sizes = sizes;
        this.splitter = splitter;
        config.optionalObject("size").refuseOthers(Set.of());
        this.resize = config.flag("do_resize", true);
        this.pixels = ProcessorSettings.pixels(config, options, ResampleFilter.BICUBIC, ImageNorm.CLIP, true);
        this.options = options;
        Set<String> all = new HashSet<>(Set.of("_processor_class", "_valid_processor_keys", "auto_map"));
        all.addAll(List.of(harmless));
        ProcessorSettings.refuseOthers(config, all.toArray(String[]::new));
    }

    /**
     * Reads the settings of another class whose patches are made the same way.
     *
     * @param config of which sizes have been read
     * @param harmless settings that change no pixel with this class
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name
     */
    public static PatchProcessing of(
            ModelConfig config, PixelOptions options, Geometry geometry, Sizes sizes, String... harmless) {
        return new PatchProcessing(config, options, geometry, sizes, PatchProcessing::pictures, harmless);
    }

    private static Geometry geometry(ModelConfig config, int temporal) {
        return new Geometry(
                config.positive("patch_size", 14),
                config.positive("merge_size", 2),
                config.positive("temporal_patch_size", temporal));
    }

    /** An area that may be said in two forms. Transformers 4 writes both; where they differ, the older one counts. */
    private static int area(ModelConfig config, String older, ModelConfig size, String newer, int missing) {
        int area = size.positive(newer, missing);
        if (!config.has(older)) {
            return area;
        }
        size.positive(older, missing); // transformers 4.45 repeats it here
        return config.positive(older);
    }

    /**
     * Reads the settings of a {@code Qwen2VLImageProcessor}.
     *
     * @param harmless settings that change no pixel of a family's models
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name
     */
    public static PatchProcessing read(ModelConfig config, PixelOptions options, String... harmless) {
        ProcessorSettings.requireClass(config, "Qwen2VLImageProcessor");
        ModelConfig size = config.optionalObject("size");
        Sizes sizes = new Sizes(
                area(config, MIN_PIXELS, size, "shortest_edge", 56 * 56),
                area(config, MAX_PIXELS, size, "longest_edge", 28 * 28 * 1280),
                1,
                ResizeRule.Multiples::new);
        return new PatchProcessing(config, options, geometry(config, 2), sizes, PatchProcessing::pictures, harmless);
    }

    /**
     * Reads the settings of a {@code PaddleOCRVLImageProcessor}. The reference packs patches row by row, see {@link
     * #rowByRow}; here those that are merged stand together.
     *
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name
     */
    public static PatchProcessing readPaddleOcr(ModelConfig config, PixelOptions options) {
        ProcessorSettings.requireClass(config, "PaddleOCRVLImageProcessor");
        ModelConfig size = config.optionalObject("size");
        Sizes sizes = new Sizes(
                area(config, MIN_PIXELS, size, "shortest_edge", 384 * 384),
                area(config, MAX_PIXELS, size, "longest_edge", 1536 * 1536),
                1,
                ResizeRule.EnlargedMultiples::new);
        Geometry geometry = geometry(config, 1);
        return new PatchProcessing(config, options, geometry, sizes, rowByRow(geometry));
    }

    /**
     * Reads the settings of a {@code Glm4vImageProcessor} or {@code Glm46VImageProcessor}, whose limits are of the
     * pixels of all frames of a patch.
     *
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name
     */
    public static PatchProcessing readGlm(ModelConfig config, PixelOptions options) {
        boolean second = config.text("image_processor_type", "").startsWith(GLM_46V);
        ProcessorSettings.requireClass(config, second ? GLM_46V : "Glm4vImageProcessor");
        Geometry geometry = geometry(config, 2);
        ModelConfig size = config.optionalObject("size");
        Sizes sizes = new Sizes(
                size.positive("shortest_edge", 112 * 112),
                size.positive("longest_edge", 28 * 28 * 15_000),
                geometry.temporal(),
                (factor, least, most) -> new ResizeRule.FrameMultiples(factor, geometry.temporal(), least, most));
        return new PatchProcessing(config, options, geometry, sizes, PatchProcessing::pictures);
    }

    public Geometry geometry() {
        return geometry;
    }

    /** The grid of patches of a picture that was made ready here. */
    public static PatchFeeds.Grid grid(ProcessedImage image) {
        return grid(image.layout(GRID).longs());
    }

    private static PatchFeeds.Grid grid(LongBuffer thw) {
        return new PatchFeeds.Grid(Math.toIntExact(thw.get(1)), Math.toIntExact(thw.get(2)));
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        PixelValues values = processor(settings).process(encoded);
        int side = geometry.patch() * geometry.merge();
        if (values.height() % side != 0 || values.width() % side != 0) {
            throw new ImageException("image is " + values.width() + "x" + values.height()
                    + ", and the model's processor does not resize; both sides must be multiples of " + side);
        }
        return image(patches(values), values.height() / geometry.patch(), values.width() / geometry.patch(), values);
    }

    private static ProcessedImage image(Tensor patches, int rows, int columns, PixelValues values) {
        return new ProcessedImage(
                Map.of(PIXEL_VALUES, patches),
                Map.of(GRID, Tensor.ofLongs(new long[] {1, rows, columns}, 3)),
                values.originalWidth(),
                values.originalHeight());
    }

    private Tensor patches(PixelValues values) {
        int patch = geometry.patch();
        int merge = geometry.merge();
        int rows = values.height() / patch;
        int columns = values.width() / patch;
        long[] shape = {(long) rows * columns, geometry.length()};
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer target = bytes.asFloatBuffer();
        for (int row = 0; row < rows; row += merge) {
            for (int column = 0; column < columns; column += merge) {
                for (int i = 0; i < merge * merge; i++) {
                    put(values, (row + i / merge) * patch, (column + i % merge) * patch, target);
                }
            }
        }
        return Tensor.view(DType.FLOAT32, shape, bytes);
    }

    private void put(PixelValues values, int top, int left, FloatBuffer target) {
        for (int channel = 0; channel < PixelValues.CHANNELS; channel++) {
            for (int time = 0; time < geometry.temporal(); time++) {
                for (int y = 0; y < geometry.patch(); y++) {
                    int from = (channel * values.height() + top + y) * values.width() + left;
                    target.put(values.data().slice(from, geometry.patch()));
                }
            }
        }
    }

    private ImageProcessor processor(ImageSettings settings) {
        ResizeRule rule = resize ? sizes.rule(geometry.patch() * geometry.merge(), settings) : new ResizeRule.None();
        return ImageProcessor.builder()
                .label("patches")
                .options(options)
                .alpha(pixels.alpha())
                .resize(rule, pixels.filter())
                .math(pixels.math())
                .build();
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        ImageProcessor processor = processor(settings);
        String version = processor.preprocVersion();
        FramedDigest digest = FramedDigest.tagged("embedonce.preproc.patches.v2");
        Revisions.put(digest, revisions(processor));
        digest.put("pixels", version)
                .put("patch", geometry.patch())
                .put("merge", geometry.merge())
                .put("temporal", geometry.temporal());
        return version.substring(0, version.indexOf('@')) + "/p" + geometry.patch() + "-m" + geometry.merge()
                + "@sha256:" + digest.hexDigest();
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return revisions(processor(ImageSettings.DEFAULT));
    }

    private static SortedMap<String, Integer> revisions(ImageProcessor processor) {
        Revisions steps = new Revisions().uses("patch-processing", REVISION);
        processor.revisions().forEach(steps::uses);
        return steps.all();
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return splitter.split(tensors);
    }

    /** Takes apart patches of which those that are merged stand together. */
    public static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        return pictures(tensors, (patches, grid) -> patches);
    }

    /** Takes apart patches that follow each other row by row: float32 {@code [patches, 3, patch, patch]}. */
    public static TensorSplitter rowByRow(Geometry geometry) {
        return tensors -> pictures(tensors, (patches, grid) -> merged(patches, grid, geometry));
    }

    /** Puts the patches together that are merged. */
    private static Tensor merged(Tensor rows, PatchFeeds.Grid grid, Geometry geometry) {
        int length = geometry.length();
        int merge = geometry.merge();
        long[] shape = {rows.dim(0), length};
        if (rows.elementCount() != rows.dim(0) * length || grid.rows() % merge != 0 || grid.columns() % merge != 0) {
            throw new IllegalArgumentException(PIXEL_VALUES + " " + rows + " and " + grid + ": expected " + length
                    + " numbers a patch, rows and columns in multiples of " + merge);
        }
        FloatBuffer source = rows.floats();
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer target = bytes.asFloatBuffer();
        PatchFeeds.forEachPatch(
                grid.rows(),
                grid.columns(),
                merge,
                (row, column) -> target.put(source.slice((row * grid.columns() + column) * length, length)));
        return Tensor.view(DType.FLOAT32, shape, bytes);
    }

    private static List<ProcessedImage> pictures(
            Map<String, Tensor> tensors, BiFunction<Tensor, PatchFeeds.Grid, Tensor> order) {
        List<Tensor> grids = PixelTensors.rows(tensors, GRID);
        if (grids.isEmpty() == tensors.containsKey(PIXEL_VALUES)) {
            throw new IllegalArgumentException(
                    PIXEL_VALUES + " and " + GRID + " belong together; found " + tensors.keySet());
        }
        List<ProcessedImage> images = new ArrayList<>();
        int patch = 0;
        for (Tensor grid : grids) {
            LongBuffer thw = grid.longs();
            if (thw.get(0) != 1) {
                throw new IllegalArgumentException(
                        GRID + ": a picture of " + thw.get(0) + " times, but videos are not supported");
            }
            PatchFeeds.Grid size = grid(thw);
            int patches = Math.multiplyExact(size.rows(), size.columns());
            Tensor pixels = order.apply(PixelTensors.slice(tensors, PIXEL_VALUES, patch, patches), size);
            images.add(new ProcessedImage(Map.of(PIXEL_VALUES, pixels), Map.of(GRID, grid), 0, 0));
            patch += patches;
        }
        return images;
    }
}
