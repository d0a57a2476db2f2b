package dev.embedonce.encoder;

import dev.embedonce.encoder.arch.Pooling;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.hub.HubProgress;
import dev.embedonce.hub.HubSettings;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.model.UserFolders;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to open an encoder. Immutable.
 *
 * <p>What changes the vectors is part of the model version: {@link #normalize}, {@link #pooling}, {@link #output},
 * {@link #numericMode}. The pixel
 * options are part of the preprocessing version. The rest changes only speed and memory.
 */
public final class EncoderOptions {
    private final Device device;
    private final WeightMemory memory;
    private final int threads;
    private final int batchSize;
    private final boolean normalize;
    private final NumericMode numericMode;
    private final Optional<Pooling> pooling;
    private final Optional<String> output;
    private final PixelOptions pixels;
    private final Path cacheFolder;
    private final boolean rehash;
    private final Optional<HubSettings> hub;
    private final HubProgress hubProgress;

    private EncoderOptions(Builder builder) {
        this.device = builder.device;
        this.memory = builder.memory;
        this.threads = builder.threads;
        this.batchSize = builder.batchSize;
        this.normalize = builder.normalize;
        this.numericMode = builder.numericMode;
        this.pooling = builder.pooling;
        this.output = builder.output;
        this.pixels = builder.pixels;
        this.cacheFolder = builder.cacheFolder;
        this.rehash = builder.rehash;
        this.hub = builder.hub;
        this.hubProgress = builder.hubProgress;
    }

    /** The CPU, one thread, batches of 16, vectors as the model gives them. */
    public static EncoderOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public Device device() {
        return device;
    }

    /** How weights in files of their own are kept. */
    public WeightMemory memory() {
        return memory;
    }

    /** Threads that share the work of one call of {@code encode}, each with a part of the batch. */
    public int threads() {
        return threads;
    }

    /** The most pictures in one call of {@code encode}. */
    public int batchSize() {
        return batchSize;
    }

    /** Whether vectors are divided by their Euclidean length. */
    public boolean normalize() {
        return normalize;
    }

    /** How the weights of a model that is built here are held; a ready ONNX model is as it is. */
    public NumericMode numericMode() {
        return numericMode;
    }

    /** How hidden states become a vector; empty for the model's own way. */
    public Optional<Pooling> pooling() {
        return pooling;
    }

    /** The output of a ready ONNX model to take; empty to choose by rule. */
    public Optional<String> output() {
        return output;
    }

    /** What the model's configuration leaves open about its pixels. */
    public PixelOptions pixels() {
        return pixels;
    }

    /** Where digests of big files are remembered. */
    public Path cacheFolder() {
        return cacheFolder;
    }

    /** Whether files are digested anew even if a digest is remembered. */
    public boolean rehash() {
        return rehash;
    }

    /** Where models come from that are named by their id on the hub; by default, what the environment says. */
    public HubSettings hub() {
        return hub.orElseGet(HubSettings::fromEnvironment);
    }

    /** Hears of downloads. */
    public HubProgress hubProgress() {
        return hubProgress;
    }

    /** Settings, checked when given. Not thread-safe. */
    public static final class Builder {
        private Device device = Device.CPU;
        private WeightMemory memory = WeightMemory.FAST;
        private int threads = 1;
        private int batchSize = 16;
        private boolean normalize;
        private NumericMode numericMode = NumericMode.FLOAT32;
        private Optional<Pooling> pooling = Optional.empty();
        private Optional<String> output = Optional.empty();
        private PixelOptions pixels = PixelOptions.defaults();
        private Path cacheFolder = UserFolders.cache();
        private boolean rehash;
        private Optional<HubSettings> hub = Optional.empty();
        private HubProgress hubProgress = HubProgress.NONE;

        private Builder() {}

        public Builder device(Device value) {
            this.device = value;
            return this;
        }

        public Builder memory(WeightMemory value) {
            this.memory = value;
            return this;
        }

        public Builder threads(int value) {
            this.threads = atLeastOne("threads", value);
            return this;
        }

        public Builder batchSize(int value) {
            this.batchSize = atLeastOne("batchSize", value);
            return this;
        }

        public Builder normalize(boolean value) {
            this.normalize = value;
            return this;
        }

        public Builder numericMode(NumericMode value) {
            this.numericMode = value;
            return this;
        }

        public Builder pooling(Pooling value) {
            this.pooling = Optional.of(value);
            return this;
        }

        public Builder output(String value) {
            this.output = Optional.of(value);
            return this;
        }

        public Builder pixels(PixelOptions value) {
            this.pixels = value;
            return this;
        }

        public Builder cacheFolder(Path value) {
            this.cacheFolder = value;
            return this;
        }

        public Builder rehash(boolean value) {
            this.rehash = value;
            return this;
        }

        public Builder hub(HubSettings value) {
            this.hub = Optional.of(value);
            return this;
        }

        public Builder hubProgress(HubProgress value) {
            this.hubProgress = value;
            return this;
        }

        public EncoderOptions build() {
            return new EncoderOptions(this);
        }

        private static int atLeastOne(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1; found " + value);
            }
            return value;
        }
    }
}
