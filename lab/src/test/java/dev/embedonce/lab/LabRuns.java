package dev.embedonce.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A finished tiny run that several tests look at. */
final class LabRuns {
    private static @Nullable Path shared;

    private LabRuns() {}

    static synchronized Path shared() {
        if (shared == null) {
            try {
                Path out = Files.createTempDirectory(Path.of("target"), "lab-run");
                Lab.run(LabTest.options(out).build(), LabListener.NONE, new TinyEquipment());
                shared = out;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return shared;
    }
}
