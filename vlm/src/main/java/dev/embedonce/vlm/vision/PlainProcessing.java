package dev.embedonce.vlm.vision;

import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.value.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * One tensor a picture, made by the processor of the model's tower as for an encoder: {@code pixel_values}, float32
 * {@code [3, height, width]}. No setting of a request counts.
 */
public final class PlainProcessing implements ImageProcessing {
    private static final String PIXEL_VALUES = "pixel_values";

    private final ImageProcessor processor;

    private PlainProcessing(ImageProcessor processor) {
        this.processor = processor;
    }

    /** As a processor for encoders does it. */
    public static PlainProcessing of(ImageProcessor processor) {
        return new PlainProcessing(processor);
    }

    /**
     * Reads the settings of any class that {@link HfImageProcessors} understands.
     *
     * @param directory of the model
     * @throws dev.embedonce.error.ModelLoadException if one is not understood, by name
     */
    public static PlainProcessing read(Path directory, PixelOptions options) {
        return new PlainProcessing(HfImageProcessors.read(directory, options));
    }

    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        return PixelTensors.processed(PIXEL_VALUES, processor.process(encoded));
    }

    @Override
    public String preprocVersion(ImageSettings settings) {
        return processor.preprocVersion();
    }

    @Override
    public SortedMap<String, Integer> revisions() {
        return processor.revisions();
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return pictures(tensors);
    }

    /** As {@link #split}, for which no setting counts. */
    public static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        return PixelTensors.rows(tensors, PIXEL_VALUES).stream()
                .map(pixels -> new ProcessedImage(Map.of(PIXEL_VALUES, pixels), Map.of(), 0, 0))
                .toList();
    }
}
