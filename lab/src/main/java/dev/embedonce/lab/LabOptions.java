package dev.embedonce.lab;

import java.nio.file.Path;
import java.util.Optional;

/** What a run of the lab does. Immutable. */
public final class LabOptions {
    /** The seed of a run that names none. */
    public static final long DEFAULT_SEED = 20260416;

    private final Scale scale;
    private final Path out;
    private final Optional<Path> modelNet;
    private final Optional<Path> images;
    private final String encoder;
    private final int threads;
    private final long seed;
    private final String python;
    private final boolean fresh;

    private LabOptions(Builder builder) {
        this.scale = builder.scale;
        this.out = builder.out;
        this.modelNet = builder.modelNet;
        this.images = builder.images;
        this.encoder = builder.encoder;
        this.threads = builder.threads;
        this.seed = builder.seed;
        this.python = builder.python;
        this.fresh = builder.fresh;
    }

    public static Builder builder() {
        return new Builder();
    }

    public Scale scale() {
        return scale;
    }

    /** Where everything is written. */
    public Path out() {
        return out;
    }

    /** A ModelNet40 folder to render; empty for the generated meshes. */
    public Optional<Path> modelNet() {
        return modelNet;
    }

    /** A folder of photos to run on instead of renders. */
    public Optional<Path> images() {
        return images;
    }

    /**
     * The encoder, as {@link dev.embedonce.encoder.ImageEncoders#open(String, dev.embedonce.encoder.EncoderOptions)}
     * knows it.
     */
    public String encoder() {
        return encoder;
    }

    /** Threads of the encoder. */
    public int threads() {
        return threads;
    }

    public long seed() {
        return seed;
    }

    /** The Python that the article's class is run with. */
    public String python() {
        return python;
    }

    /** Whether results of an earlier, interrupted run are discarded. */
    public boolean fresh() {
        return fresh;
    }

    /** Settings, checked when given. Not thread-safe. */
    public static final class Builder {
        private Scale scale = Scale.QUICK;
        private Path out = Path.of("embedonce-lab");
        private Optional<Path> modelNet = Optional.empty();
        private Optional<Path> images = Optional.empty();
        private String encoder = "default";
        private int threads = Runtime.getRuntime().availableProcessors();
        private long seed = DEFAULT_SEED;
        private String python = "python3";
        private boolean fresh;

        private Builder() {}

        public Builder scale(Scale value) {
            this.scale = value;
            return this;
        }

        public Builder out(Path value) {
            this.out = value;
            return this;
        }

        public Builder modelNet(Path value) {
            this.modelNet = Optional.of(value);
            return this;
        }

        public Builder images(Path value) {
            this.images = Optional.of(value);
            return this;
        }

        public Builder encoder(String value) {
            this.encoder = value;
            return this;
        }

        public Builder threads(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("threads must be at least 1; found " + value);
            }
            this.threads = value;
            return this;
        }

        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        public Builder python(String value) {
            this.python = value;
            return this;
        }

        public Builder fresh(boolean value) {
            this.fresh = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if both a ModelNet folder and a folder of photos are given
         */
        public LabOptions build() {
            if (modelNet.isPresent() && images.isPresent()) {
                throw new IllegalArgumentException(
                        "a run takes its pictures from meshes or from photos, not from both");
            }
            return new LabOptions(this);
        }
    }
}
