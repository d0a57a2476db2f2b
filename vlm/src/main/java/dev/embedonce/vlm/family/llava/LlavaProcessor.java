package dev.embedonce.vlm.family.llava;

import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Pictures of one fixed size, by the processor of the model's tower: {@code pixel_values}, float32 {@code [3, size, size]}. */
final class LlavaProcessor implements ImageProcessing {
    private static final String PIXEL_VALUES = "pixel_values";

    private final ImageProcessor processor;

    private LlavaProcessor(ImageProcessor processor) {
        this.processor = processor;
    }

    static LlavaProcessor read(FamilyFiles files, FamilyOptions options) {
        return new LlavaProcessor(HfImageProcessors.read(files.directory(), options.pixels()));
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
    static List<ProcessedImage> pictures(Map<String, Tensor> tensors) {
        return PixelTensors.rows(tensors, PIXEL_VALUES).stream()
                .map(pixels -> new ProcessedImage(Map.of(PIXEL_VALUES, pixels), Map.of(), 0, 0))
                .toList();
    }
}
