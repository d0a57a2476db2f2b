package dev.embedonce.lab;

import dev.embedonce.lab.experiment.LabEncoder;
import dev.embedonce.lab.experiment.PixelEncoder;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.memory.MemoryStore;
import java.nio.file.Path;

/** Stand-ins for encoders, and stores in memory. */
class TinyEquipment implements Equipment {
    @Override
    public LabEncoder own(int batchSize) {
        return LabEncoder.of(new PixelEncoder("own", 16, batchSize));
    }

    @Override
    public LabEncoder other(Path folder, int pixels) {
        return LabEncoder.of(new PixelEncoder("other", pixels / 14, BATCH));
    }

    @Override
    public CacheStore store(String scheme, Path file) {
        return new MemoryStore();
    }
}
