package dev.embedonce.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.model.UserFolders;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to open a vision-language model. Immutable.
 *
 * <p>{@link #towerMode} and {@link #pixels} change features and are part of their key; {@link #languageMode} changes
 * answers but no features; the rest changes only speed and memory.
 */
public final class ModelOptions {
    private final Device device;
    private final int threads;
    private final Optional<WeightMemory> memory;
    private final NumericMode languageMode;
    private final NumericMode towerMode;
    private final PixelOptions pixels;
    private final Path cacheFolder;
    private final long packedBytes;
    private final boolean rehash;
    private final Optional<FeatureCache> featureCache;

    private ModelOptions(Builder builder) {
        this.device = builder.device;
        this.threads = builder.threads;
        this.memory = builder.memory;
        this.languageMode = builder.languageMode;
        this.towerMode = builder.towerMode;
        this.pixels = builder.pixels;
        this.cacheFolder = builder.cacheFolder;
        this.packedBytes = builder.packedBytes;
        this.rehash = builder.rehash;
        this.featureCache = builder.featureCache;
    }

    /** The CPU with all its cores, weights as published, no cache. */
    public static ModelOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public Device device() {
        return device;
    }

    /** Threads that share the work of one operator. */
    public int threads() {
        return threads;
    }

    /**
     * How published weights are kept; empty to repack them if that leaves half of the machine's memory free, or else
     * map them.
     */
    public Optional<WeightMemory> memory() {
        return memory;
    }

    /** How the weights of the language model are held. */
    public NumericMode languageMode() {
        return languageMode;
    }

    /** How the weights of the vision tower are held. */
    public NumericMode towerMode() {
        return towerMode;
    }

    /** What the processor's configuration leaves open. */
    public PixelOptions pixels() {
        return pixels;
    }

    /** Where digests and quantised weights are remembered. */
    public Path cacheFolder() {
        return cacheFolder;
    }

    /** The most bytes of quantised weights to keep there. */
    public long packedBytes() {
        return packedBytes;
    }

    /** Whether weights are digested anew even if a digest is remembered. */
    public boolean rehash() {
        return rehash;
    }

    /** Keeps the features of pictures; empty to encode every picture anew. It stays its opener's to close. */
    public Optional<FeatureCache> featureCache() {
        return featureCache;
    }

    /** Collects options. */
    public static final class Builder {
        private Device device = Device.CPU;
        private int threads = Runtime.getRuntime().availableProcessors();
        private Optional<WeightMemory> memory = Optional.empty();
        private NumericMode languageMode = NumericMode.FLOAT32;
        private NumericMode towerMode = NumericMode.FLOAT32;
        private PixelOptions pixels = PixelOptions.defaults();
        private Path cacheFolder = UserFolders.cache();
        private long packedBytes = 32L << 30;
        private boolean rehash;
        private Optional<FeatureCache> featureCache = Optional.empty();

        private Builder() {}

        public Builder device(Device value) {
            device = value;
            return this;
        }

        public Builder threads(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("threads must be at least 1; found " + value);
            }
            threads = value;
            return this;
        }

        public Builder memory(WeightMemory value) {
            memory = Optional.of(value);
            return this;
        }

        public Builder languageMode(NumericMode value) {
            languageMode = value;
            return this;
        }

        public Builder towerMode(NumericMode value) {
            towerMode = value;
            return this;
        }

        public Builder pixels(PixelOptions value) {
            pixels = value;
            return this;
        }

        public Builder cacheFolder(Path value) {
            cacheFolder = value;
            return this;
        }

        public Builder packedBytes(long value) {
            packedBytes = value;
            return this;
        }

        public Builder rehash(boolean value) {
            rehash = value;
            return this;
        }

        public Builder featureCache(FeatureCache value) {
            featureCache = Optional.of(value);
            return this;
        }

        public ModelOptions build() {
            return new ModelOptions(this);
        }
    }
}
