package dev.embedonce.lab;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.lab.experiment.LabEncoder;
import dev.embedonce.lab.experiment.TinyDinov2;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The encoders that the options name. */
record InstalledEncoders(LabOptions options) implements Equipment {
    @Override
    public LabEncoder own(int batchSize) {
        return LabEncoder.of(ImageEncoders.open(options.encoder(), encoderOptions(batchSize)));
    }

    @Override
    public LabEncoder other(Path folder, int pixels) {
        Path model = folder.resolve("other-model-" + pixels);
        try {
            TinyDinov2.write(model, options.seed(), pixels);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return LabEncoder.of(ImageEncoders.open(model, encoderOptions(BATCH)));
    }

    private EncoderOptions encoderOptions(int batchSize) {
        return EncoderOptions.builder()
                .batchSize(batchSize)
                .threads(options.threads())
                .build();
    }
}
