package dev.embedonce.vlm.vision;

import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A vision tower with its processor under some settings, as a cache knows them. Thread-safe.
 */
public final class VisionEncoder implements FeatureEncoder<ProcessedImage> {
    private final ImageProcessing images;
    private final VisionTower tower;
    private final ImageSettings settings;
    private final String preprocVersion;

    public VisionEncoder(ImageProcessing images, VisionTower tower, ImageSettings settings) {
        this.images = images;
        this.tower = tower;
        this.settings = settings;
        this.preprocVersion = images.preprocVersion(settings);
    }

    /** The settings that pictures are prepared under. */
    public ImageSettings settings() {
        return settings;
    }

    @Override
    public String modelVersion() {
        return tower.modelVersion();
    }

    @Override
    public String preprocVersion() {
        return preprocVersion;
    }

    @Override
    public String runtime() {
        return tower.runtime();
    }

    @Override
    public int batchSize() {
        return tower.batchSize();
    }

    @Override
    public ProcessedImage prepare(byte[] image) {
        return images.process(image, settings);
    }

    @Override
    public List<Map<String, Tensor>> encode(List<ProcessedImage> batch) {
        return tower.encode(batch).stream().map(VisionFeatures::tensors).toList();
    }
}
