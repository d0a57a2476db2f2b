package dev.embedonce.vlm.vision;

import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Stands for the processor of a model that was opened for tensors alone: takes these apart, and makes no pictures
 * ready.
 */
public final class GivenTensors implements ImageProcessing {
    private final TensorSplitter splitter;

    public GivenTensors(TensorSplitter splitter) {
        this.splitter = splitter;
    }

    @Override
    public List<ProcessedImage> split(Map<String, Tensor> tensors) {
        return splitter.split(tensors);
    }

    /** Fails always. */
    @Override
    public ProcessedImage process(byte[] encoded, ImageSettings settings) {
        throw noProcessor();
    }

    /** Fails always. */
    @Override
    public String preprocVersion(ImageSettings settings) {
        throw noProcessor();
    }

    private static IllegalStateException noProcessor() {
        return new IllegalStateException("the model was opened for tensors, without a processor of pictures");
    }

    /** Fails always. */
    @Override
    public SortedMap<String, Integer> revisions() {
        throw noProcessor();
    }
}
