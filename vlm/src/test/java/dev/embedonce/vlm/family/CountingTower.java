package dev.embedonce.vlm.family;

import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the pictures that go through a tower. */
public final class CountingTower implements VisionTower {
    private final VisionTower tower;
    private final AtomicInteger pictures = new AtomicInteger();

    public CountingTower(VisionTower tower) {
        this.tower = tower;
    }

    /** Pictures encoded since the last call. */
    public int pictures() {
        return pictures.getAndSet(0);
    }

    @Override
    public String modelVersion() {
        return tower.modelVersion();
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
    public List<VisionFeatures> encode(List<ProcessedImage> images) {
        pictures.addAndGet(images.size());
        return tower.encode(images);
    }

    @Override
    public void close() {
        tower.close();
    }
}
