package dev.embedonce.vlm.vision;

import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Prepared;
import dev.embedonce.value.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One picture as the input of its tower, and the digest of exactly that. Immutable. */
public final class ProcessedImage implements Prepared {
    private final Map<String, Tensor> inputs;
    private final Map<String, Tensor> layout;
    private final int width;
    private final int height;
    private @Nullable InputDigest digest;

    /**
     * A processed picture.
     *
     * @param inputs the inputs of the tower, named as transformers' processor names them, such as {@code pixel_values}
     * @param layout what packing and positions of its features follow from, int64, such as {@code image_grid_thw}; kept
     *     with the features
     * @param width of the decoded picture in pixels, 0 if not known
     * @param height likewise
     */
    public ProcessedImage(Map<String, Tensor> inputs, Map<String, Tensor> layout, int width, int height) {
        this.inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        this.layout = Collections.unmodifiableMap(new LinkedHashMap<>(layout));
        this.width = width;
        this.height = height;
    }

    public Map<String, Tensor> inputs() {
        return inputs;
    }

    public Map<String, Tensor> layout() {
        return layout;
    }

    /**
     * A part of the layout by name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor layout(String name) {
        Tensor tensor = layout.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no " + name + " in the layout " + layout.keySet());
        }
        return tensor;
    }

    @Override
    public synchronized InputDigest inputDigest() {
        if (digest == null) {
            digest = InputDigest.of(inputs, layout);
        }
        return digest;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }
}
